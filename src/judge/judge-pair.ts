import type { ChatModel } from '../conversation/index.js';
import { DataError } from '../core/index.js';
import { hashOfJson } from '../io/index.js';
import { allDone } from './all-done.js';
import { ask, firstCall, type JudgeTask } from './ask.js';
import { callKey, type JudgeCalls } from './calls.js';
import { combineOrders } from './combine.js';
import { readPairReply } from './read-pair.js';
import { readingVersion } from './reading/index.js';
import type { JudgeSettings } from './settings.js';
import { lengthOf, signsIn } from './signs.js';
import type { AnswerOrder, AnswerPair, OrderedReply, PairJudgment, ParsedReply, UnparsedReply } from './types.js';

/** A pair before one judge: what it will be asked, and the key that its judgment has whatever comes of it. */
export interface PairTask {
  readonly pair: AnswerPair;
  readonly mode: 'scores' | 'verdict';
  readonly judge: ChatModel;
  readonly key: string;
  readonly orders: readonly OrderTask[];
}

interface OrderTask extends JudgeTask<ParsedReply | UnparsedReply> {
  readonly order: AnswerOrder;
}

/** @throws DataError where an answer is to another question. */
export function pairTask(
  pair: AnswerPair,
  judge: ChatModel,
  mode: 'scores' | 'verdict',
  settings: JudgeSettings,
): PairTask {
  const { question, a, b } = pair;
  requireAnswersTo(pair);
  const orders = (settings.config.swapOrder ? (['ab', 'ba'] as const) : (['ab'] as const)).map((order) => ({
    order,
    judge,
    prompt: settings.prompt(judge, question, order === 'ab' ? [a, b] : [b, a]),
    options: settings.callOptions,
    read: (text: string) => readPairReply(mode, order, text),
  }));
  const { id, category } = question;
  const calls = orders.map((order) => callKey(firstCall(order)));
  const key = hashOfJson({ pair: readingVersion, mode, id, category, models: [a.model, b.model], calls });
  return { pair, mode, judge, key, orders };
}

/** Asks in every order at the same time. @throws as {@link JudgeCalls.reply}. */
export async function judgePair(task: PairTask, calls: JudgeCalls, signal: AbortSignal): Promise<PairJudgment> {
  const read = await allDone(task.orders.map((order) => ask(order, calls, signal)));
  const replies = read.map((reply, index): OrderedReply => ({ order: task.orders[index]!.order, ...reply }));
  const { question, a, b } = task.pair;
  return {
    type: 'pair',
    key: task.key,
    questionId: question.id,
    category: question.category,
    mode: task.mode,
    judge: task.judge.id,
    models: { a: a.model, b: b.model },
    replies,
    ...combineOrders(replies),
    injections: [...signsIn('a', a), ...signsIn('b', b)],
    lengths: { a: lengthOf(a), b: lengthOf(b) },
  };
}

function requireAnswersTo({ question, a, b }: AnswerPair): void {
  for (const [name, answer] of [
    ['a', a],
    ['b', b],
  ] as const)
    if (answer.questionId !== question.id)
      throw new DataError(
        { file: 'pairs', id: question.id },
        `answer ${name} of ${JSON.stringify(answer.model)} is to question ${JSON.stringify(answer.questionId)}. Pair answers to the same question.`,
      );
}
