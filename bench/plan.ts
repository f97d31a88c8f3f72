// Claim: what `trainer.plan()` says beforehand is what training does: steps and tokens exactly, the memory of the process
// within 15 %, the seconds of a step within 25 % on a machine that does nothing else.
// Each case is planned in one process and trained in another; both read the same conversations.
//   --size small --steps 3 --threads 2 --cases keeping,recomputing,several,adapter,ranks
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { TrainerConfig, TrainingPlan } from '../src/train/index.js';
import { linesOf } from './support/child-lines.js';
import { summarise } from './support/measure.js';
import type { PlanJob, PlanOutcome } from './support/plan-child.js';
import { describeSize, sizeFrom, sizeOptions } from './support/sizes.js';
import { percent } from './support/step-work.js';

const { values } = parseArgs({
  options: {
    ...sizeOptions,
    steps: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(availableParallelism()) },
    cases: { type: 'string', default: 'keeping,recomputing,several,adapter,ranks' },
  },
});
const size = sizeFrom(values);
const { seq, batch } = size;
const threads = Number(values.threads);
const whole = { maxTokens: seq, microBatchTokens: seq * batch, batchConversations: batch };
const CASES: Readonly<Record<string, Partial<TrainerConfig>>> = {
  keeping: { ...whole, recompute: false },
  recomputing: { ...whole, recompute: true },
  several: { ...whole, microBatchTokens: seq, batchConversations: 2 * batch, recompute: false },
  adapter: { ...whole, recompute: false, lora: { rank: 8 } },
  ranks: { ...whole, microBatchTokens: (seq * batch) / 2, recompute: false, ranks: 2, threadsPerRank: threads / 2 },
};

console.log(`${describeSize(size)}; ${batch} conversations of up to ${seq} tokens a step; threads: ${threads}`);
for (const name of values.cases.split(',')) {
  const trainer = CASES[name];
  if (trainer === undefined) throw new RangeError(`--cases are ${Object.keys(CASES).join(', ')}.`);
  const job = { size, trainer, threads, steps: Number(values.steps) };
  const plan = await child<TrainingPlan>({ ...job, what: 'plan' });
  report(name, plan, await child<PlanOutcome>({ ...job, what: 'train' }));
}

async function child<Line>(job: PlanJob): Promise<Line> {
  const program = fileURLToPath(new URL('support/plan-child.ts', import.meta.url));
  return (await linesOf(process.execPath, ['--import', 'tsx', program, JSON.stringify(job)])).at(-1) as Line;
}

function report(name: string, { steps, memory, time }: TrainingPlan, real: PlanOutcome): void {
  const counted = (['totalSteps', 'tokens', 'supervisedTokens', 'microBatches'] as const).map(
    (field) => `${field} ${steps[field]} ${steps[field] === real[field] ? '=' : `but ${real[field]}`}`,
  );
  const seconds = summarise(real.stepSeconds).median;
  console.log(`${name}: ${counted.join(', ')}`);
  console.log(
    `  memory: ${(memory.processPeak / 1e6).toFixed(0)} MB planned, ${(real.peakBytes / 1e6).toFixed(0)} MB at the peak, ` +
      `${percent(memory.processPeak / real.peakBytes - 1)} off; ` +
      (['process', 'parameters', 'gradients', 'moments', 'blocksInFlight', 'activations', 'workspace'] as const)
        .map((part) => `${part} ${(memory[part] / 1e6).toFixed(0)}`)
        .join(', '),
  );
  console.log(
    `  time: ${time?.secondsPerStep.toFixed(3)} s a step planned (${percent(time?.flopUtilisation ?? Number.NaN)} of the peak), ` +
      `${seconds.toFixed(3)} s taken (${percent(summarise(real.utilisation).median)}), ` +
      `${percent((time?.secondsPerStep ?? Number.NaN) / seconds - 1)} off`,
  );
}
