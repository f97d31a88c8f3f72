// Trains as a user's program does: the built package, no TypeScript loader, in a process of its own or as one process of
// an MPI job. Takes a TrainingJob as its last argument, JSON, and prints a TrainingFigures; both are in training.ts.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEngine, joinMpi, VicunaModel, VicunaTrainer } from 'vicuna-sdk';
import { peakBytes } from './peak-memory.mjs';

const job = JSON.parse(process.argv.at(-1));
const { warmUps, steps } = job;
const communicator = job.processes === undefined ? undefined : await joinMpi();
const engine = await createEngine(job.engine);
const model = await VicunaModel.create(job.model, { engine });
// Kernels are timed where they run: in this thread's engine.
const isMeasured = engine.name === 'native' && communicator === undefined && job.trainer.ranks === undefined;
const isProfiled = isMeasured && job.isProfiled === true;
const outputDirectory = await mkdtemp(join(tmpdir(), 'vicuna-bench-'));
const trainer = await VicunaTrainer.create(
  // One step more, for the profile.
  {
    ...job.trainer,
    outputDirectory,
    maxSteps: warmUps + steps + 1,
    shuffle: false,
    learningRate: 1e-4,
    eventLog: false,
  },
  { model, communicator },
);

const peaks = await measuredPeaks();
const figures = { engine: engine.reason, weights: 0, tokens: 0, seconds: 0, stepSeconds: [], fill: 0 };
let started = process.cpuUsage();
try {
  for await (const event of trainer.trainExamples(examples())) {
    if (event.type === 'train-start') figures.weights = event.parameters;
    if (event.type !== 'step-end') continue;
    const { step, tokens, tokensPerSecond, fill } = event;
    const seconds = tokens / tokensPerSecond;
    if (step > warmUps + steps) {
      figures.profile = { seconds, kernels: await engine.profile(false) };
      break;
    }
    if (step > warmUps) {
      figures.tokens += tokens;
      figures.seconds += seconds;
      figures.stepSeconds.push(seconds);
      figures.fill += fill / steps;
    }
    if (step === warmUps) started = process.cpuUsage();
    if (step < warmUps + steps) continue;
    const { user, system } = process.cpuUsage(started);
    figures.processorSeconds = (user + system) / 1e6;
    figures.peakBytes = await peakBytes();
    peaks.push(...(await measuredPeaks()));
    if (!isProfiled) break;
    await engine.profile(true);
  }
} finally {
  await rm(outputDirectory, { recursive: true });
}
await model[Symbol.asyncDispose]();
await communicator?.[Symbol.asyncDispose]();
console.log(JSON.stringify({ ...figures, peak: isMeasured ? Math.max(...peaks) : undefined }));

/** Multiply-adds alone, on as many threads as train; the first runs while the processor raises its clock. */
async function measuredPeaks() {
  const measured = [];
  for (let run = 0; isMeasured && run < 4; run++) measured.push(await engine.peak());
  return measured;
}

/** Random tokens, learned in every other quarter, as the peer's are: the lengths again and again. */
function* examples() {
  let state = 1;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
  const { vocabularySize } = job.model;
  for (const [number, length] of job.lengths.entries()) {
    const tokens = Int32Array.from({ length }, () => 3 + Math.floor(random() * (vocabularySize - 3)));
    const labels = tokens.map((token, index) => (Math.floor((index * 4) / length) % 2 === 0 ? -100 : token));
    if (length < 4) labels.set(tokens.subarray(1), 1);
    const supervisedTokens = labels.filter((label, index) => index > 0 && label !== -100).length;
    yield { id: `${number}`, tokens, labels, supervisedTokens };
  }
}
