// Judges two small models against each other, offline: the judge is a script that prefers the longer answer, as judges
// tend to. Writes a report to look at.
//
//   node --import tsx examples/08-judge.ts
import {
  type Answer,
  type AnswerPair,
  evaluationMarkdown,
  evaluationReport,
  generateAnswers,
  llamaPresets,
  type PairJudgment,
  PairwiseJudge,
  pairAnswers,
  summarizeEvaluation,
  VicunaModel,
  vicunaQuestions,
} from 'vicuna-sdk';
import { byteTokenizer, scriptedChatModel } from 'vicuna-sdk/testing';

const tokenizer = byteTokenizer();
const shape = { ...llamaPresets.tiny, contextLength: 2048 };
await using first = await VicunaModel.create(shape, { tokenizer, id: 'untrained-1', seed: 1 });
await using second = await VicunaModel.create(shape, { tokenizer, id: 'untrained-2', seed: 2 });

const questions = (await vicunaQuestions()).filter(({ turns }) => turns.length === 1).slice(0, 12);
const answers: Answer[] = [];
for await (const answer of generateAnswers([first, second], questions, { maxTokens: 24, seed: 7 }))
  answers.push(answer);
const of = (model: VicunaModel) => answers.filter((answer) => answer.model === model.id);
const { pairs } = pairAnswers(questions, of(first), of(second));

const judge = scriptedChatModel((messages) => {
  const prompt = messages.map(({ content }) => content).join('\n');
  const [firstLength = 0, secondLength = 0] = pairs.map(shown(prompt)).find((lengths) => lengths !== undefined) ?? [];
  return `${firstLength > secondLength ? '8 6' : '6 8'}\nThe longer answer says more.`;
});
await using judging = await PairwiseJudge.create({ mode: 'scores' }, { judge });
const judgments: PairJudgment[] = [];
for await (const judgment of judging.compare(pairs)) judgments.push(judgment);

const summary = await summarizeEvaluation(judgments).result;
console.log(evaluationMarkdown(summary));
const { path } = await evaluationReport({ summary, questions, answers, judgments }, { output: 'evaluation.html' });
console.log(`Open ${path} in a browser.`);

/** Lengths of a pair's answers in the order in which a prompt shows them. */
function shown(prompt: string) {
  return ({ a, b }: AnswerPair) => {
    const places = [a, b].map(({ turns }) => ({ place: prompt.indexOf(turns[0]!), length: turns[0]!.length }));
    if (places.some(({ place }) => place < 0)) return undefined;
    return places.sort((one, other) => one.place - other.place).map(({ length }) => length);
  };
}
