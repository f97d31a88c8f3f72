// Has GPT judge two models behind endpoints on the questions of this package, for at most a dollar. Run it again and it
// goes on where it stopped.
//
//   OPENAI_API_KEY=... node --import tsx examples/09-judge-with-openai.ts gpt-4o-mini gpt-4.1-mini [judge]
import {
  createCallBudget,
  evaluationMarkdown,
  generateAnswers,
  openaiChatModel,
  PairwiseJudge,
  pairAnswers,
  readAnswers,
  readJudgments,
  summarizeEvaluation,
  vicunaQuestions,
} from 'vicuna-sdk';

const [, , first = 'gpt-4o-mini', second = 'gpt-4.1-mini', judge = 'gpt-4o'] = process.argv;
if (!process.env.OPENAI_API_KEY) {
  console.log('This example needs OPENAI_API_KEY; examples/08-judge.ts does the same without.');
  process.exit(0);
}

// Prices change: look yours up. They are in dollars for a million tokens.
const price = { promptPerMillion: 2.5, completionPerMillion: 10 };
const budget = createCallBudget({ dollars: 1, prices: { [first]: price, [second]: price, [judge]: price } });
const model = (name: string) => openaiChatModel({ model: name, concurrency: 8 }, { budget });

const questions = await vicunaQuestions();
const made = await generateAnswers([model(first), model(second)], questions, { store: 'answers.jsonl' }).result;
console.log(`${made.answers} answers, ${made.reused} of them from before.`);

const answers = await readAnswers('answers.jsonl');
const { pairs } = pairAnswers(
  questions,
  answers.filter((answer) => answer.model === first),
  answers.filter((answer) => answer.model === second),
);
await using judging = await PairwiseJudge.create({}, { judge: model(judge), store: 'judgments.jsonl' });
const { stopped, missing } = await judging.compare(pairs).result;
if (stopped !== undefined)
  console.log(`Stopped (${stopped}); ${missing.notAsked} judgments are left for the next run.`);

const summary = await summarizeEvaluation(readJudgments('judgments.jsonl')).result;
console.log(evaluationMarkdown(summary));
console.log(`Spent: ${JSON.stringify(budget.spent)}`);
