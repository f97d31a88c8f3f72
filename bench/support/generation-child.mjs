// Generates as a user's program does: the built package, no TypeScript loader, in a process of its own. Takes a
// GenerationJob as JSON behind `--child` and prints GenerationFigures; both are in generation.ts.
import { createEngine, VicunaModel } from 'vicuna-sdk';
import { prompts, timedPass } from './prompts.mjs';

const job = JSON.parse(process.argv[process.argv.indexOf('--child') + 1]);
const engine = await createEngine({ engine: 'native', threads: job.threads });
const model = await VicunaModel.load(job.model, { engine, weights: job.weights });
const { transformer, weights } = model;
const bytes = engine.usage.bytes;
const bandwidths = [await bandwidth()];
const batches = [];
for (const batch of job.batches) {
  const sequences = prompts({ ...job, batch });
  const passes = [];
  for (let repeat = 0; repeat <= job.repeats; repeat++) {
    const caches = await Promise.all(sequences.map(({ length }) => transformer.createCache(length + job.new)));
    const decode = async (tokensOf) => {
      const requests = caches.map((cache, index) => ({ cache, tokens: tokensOf(index) }));
      return (await transformer.decode(weights, requests)).map(argmax);
    };
    const pass = await timedPass(sequences, {
      prefill: () => decode((index) => sequences[index]),
      step: (tokens) => decode((index) => Int32Array.of(tokens[index])),
      count: job.new,
    });
    // The first warms up.
    if (repeat > 0) passes.push(pass);
    engine.release(...caches);
  }
  batches.push({ batch, passes });
}
bandwidths.push(await bandwidth());
console.log(JSON.stringify({ what: engine.reason, bytes, bandwidth: Math.max(...bandwidths), batches }));
await model[Symbol.asyncDispose]();
await engine[Symbol.asyncDispose]();

function argmax(logits) {
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return best;
}

/** Bytes a second that as many threads read of a vector far larger than any cache. */
async function bandwidth() {
  const vector = await engine.upload(new Float32Array(2 ** 26).fill(1));
  let best = Infinity;
  for (let repeat = 0; repeat < 5; repeat++) {
    const started = performance.now();
    await engine.sumOfSquares(vector);
    best = Math.min(best, performance.now() - started);
  }
  engine.release(vector);
  return (vector.length * 4) / (best / 1000);
}
