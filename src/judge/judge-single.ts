import type { ChatModel } from '../conversation/index.js';
import { DataError } from '../core/index.js';
import { hashOfJson } from '../io/index.js';
import { ask, firstCall, type JudgeTask } from './ask.js';
import { callKey, type JudgeCalls } from './calls.js';
import { readingVersion, readSingle, type SingleReading } from './reading/index.js';
import type { JudgeSettings } from './settings.js';
import { lengthOf, signsIn } from './signs.js';
import type { QuestionAnswer, SingleJudgment } from './types.js';

/** An answer before one judge. */
export interface SingleTask extends JudgeTask<SingleReading> {
  readonly answered: QuestionAnswer;
  readonly key: string;
}

/** @throws DataError where the answer is to another question. */
export function singleTask(answered: QuestionAnswer, judge: ChatModel, settings: JudgeSettings): SingleTask {
  const { question, answer } = answered;
  if (answer.questionId !== question.id)
    throw new DataError(
      { file: 'answers', id: question.id },
      `the answer of ${JSON.stringify(answer.model)} is to question ${JSON.stringify(answer.questionId)}.`,
    );
  const prompt = settings.prompt(judge, question, [answer]);
  const task = { judge, prompt, options: settings.callOptions, read: readSingle };
  const { id, category } = question;
  const call = callKey(firstCall(task));
  const key = hashOfJson({ single: readingVersion, id, category, model: answer.model, call });
  return { ...task, answered, key };
}

/** @throws as {@link JudgeCalls.reply}. */
export async function judgeSingle(task: SingleTask, calls: JudgeCalls, signal: AbortSignal): Promise<SingleJudgment> {
  const { text, reading, attempts, usage } = await ask(task, calls, signal);
  const { question, answer } = task.answered;
  return {
    type: 'single',
    key: task.key,
    questionId: question.id,
    category: question.category,
    mode: 'single',
    judge: task.judge.id,
    model: answer.model,
    text,
    ...(reading.kind === 'parsed'
      ? { score: reading.score, explanation: reading.explanation }
      : { explanation: '', problem: reading.problem }),
    attempts,
    usage,
    injections: signsIn('a', answer),
    length: lengthOf(answer),
  };
}
