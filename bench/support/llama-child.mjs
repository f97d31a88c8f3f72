// The same with llama.cpp through node-llama-cpp, from the folder VICUNA_PEER_MODULES: its public interface, every
// sequence of a batch in one context.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { prompts, timedPass } from './prompts.mjs';

const job = JSON.parse(process.argv[process.argv.indexOf('--child') + 1]);
const entry = join(process.env.VICUNA_PEER_MODULES, 'node-llama-cpp/dist/index.js');
const { getLlama } = await import(pathToFileURL(entry).href);
const llama = await getLlama({ gpu: false, build: 'never', skipDownload: true, logLevel: 'error', maxThreads: 0 });
const model = await llama.loadModel({ modelPath: job.model, gpuLayers: 0 });
const batches = [];
for (const batch of job.batches) {
  const sequences = prompts({ ...job, batch });
  const contextSize = job.prompt + job.new + 1;
  const context = await model.createContext({
    sequences: batch,
    contextSize,
    batchSize: Math.max(512, batch * job.prompt),
    threads: job.threads,
    ...(job.exact && { experimentalKvCacheKeyType: 'F32', experimentalKvCacheValueType: 'F32' }),
  });
  const slots = sequences.map(() => context.getSequence());
  const passes = [];
  for (let repeat = 0; repeat <= job.repeats; repeat++) {
    for (const slot of slots) await slot.clearHistory();
    const replies = slots.map((slot, index) =>
      slot.evaluate([...sequences[index]], { temperature: 0, yieldEogToken: true }),
    );
    const next = () => Promise.all(replies.map(async (reply) => (await reply.next()).value));
    const pass = await timedPass(sequences, { prefill: next, step: next, count: job.new });
    if (repeat > 0) passes.push(pass);
    for (const reply of replies) await reply.return();
  }
  batches.push({ batch, passes });
  await context.dispose();
}
const { llamaCppRelease } = llama;
console.log(JSON.stringify({ what: `llama.cpp ${llamaCppRelease.release}`, batches }));
await llama.dispose();
