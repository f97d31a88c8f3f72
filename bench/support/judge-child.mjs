// One pass of bench/judge.ts in a process of its own, without a TypeScript loader: prints seconds and peak memory. Behind
// `--child` stands a job as JSON: what (bare, scripted, http), the modules' folder, count, store, baseURL.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { peakBytes } from './peak-memory.mjs';

const job = JSON.parse(process.argv[process.argv.indexOf('--child') + 1]);
const load = (name) => import(pathToFileURL(join(job.modules, `${name}.js`)).href);
const answer = (name, index) => `${name} ${index}. ${'It says what an answer of ordinary length says. '.repeat(28)}`;

/** Made as they are asked for: a source of any length takes no memory. */
function* pairs() {
  for (let index = 0; index < job.count; index++) {
    const id = `${index}`;
    yield {
      question: { id, category: 'generic', turns: [`Question ${index}: what is worth knowing about it?`] },
      a: { questionId: id, model: 'one', turns: [answer('one', index)] },
      b: { questionId: id, model: 'two', turns: [answer('two', index)] },
    };
  }
}

async function endpointModel() {
  const { openaiChatModel } = await load('openai');
  return openaiChatModel({ model: 'bench', baseURL: job.baseURL, apiKey: 'none', concurrency: job.concurrency });
}

/** The same calls with the same client and no judge around them. */
async function bareCalls() {
  const model = await endpointModel();
  await model.chat([{ role: 'user', content: 'warm up' }]).result;
  const started = performance.now();
  const source = pairs();
  const worker = async () => {
    for (const { question, a, b } of source)
      for (const order of [
        [a, b],
        [b, a],
      ]) {
        const content = [question, ...order].map(({ turns }) => turns[0]).join('\n\n');
        await model.chat([{ role: 'user', content }], { temperature: 0, maxTokens: 2048 }).result;
      }
  };
  await Promise.all(Array.from({ length: job.concurrency }, worker));
  return (performance.now() - started) / 1000;
}

async function judged() {
  const { PairwiseJudge } = await load('judge');
  const { scriptedChatModel } = await load('testing');
  const reply = '8 9\nThe second answer goes into more detail, and what it says is right.';
  const model = job.what === 'http' ? await endpointModel() : forgetful(scriptedChatModel, reply);
  await model.chat([{ role: 'user', content: 'warm up' }]).result;
  const judge = await PairwiseJudge.create({ concurrency: job.concurrency }, { judge: model, store: job.store });
  const started = performance.now();
  const report = await judge.compare(pairs()).result;
  const seconds = (performance.now() - started) / 1000;
  await judge[Symbol.asyncDispose]();
  if (report.judgments !== job.count) throw new Error(`${report.judgments} judgments of ${job.count}`);
  return seconds;
}

/** A scripted model records its calls, which a bench of memory must not hold: one model a call. */
function forgetful(scriptedChatModel, reply) {
  return { id: 'scripted', features: [], chat: (...call) => scriptedChatModel([reply]).chat(...call) };
}

const before = await peakBytes();
const seconds = job.what === 'bare' ? await bareCalls() : await judged();
console.log(JSON.stringify({ seconds, peakBytes: await peakBytes(), before }));
