import type { TrainingPlan } from '../train/index.js';
import { duration } from './train-view.js';

/** A plan as lines for people. */
export function planTable({ data, steps, memory, time, warnings }: TrainingPlan): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const size = (bytes: number) => (bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`);
  const rows: (readonly [string, string])[] = [
    [
      'conversations',
      `${data.conversations}, ${data.heldOut} more held out, ${data.unsupervised} with nothing to learn`,
    ],
    ['tokens', `${data.tokens} an epoch, ${data.supervisedTokens} learned (${percent(data.supervisedShare)})`],
    ...(data.truncated ? [['truncated', `${data.truncated} conversations lose their end`] as const] : []),
    ['steps', `${steps.totalSteps} over ${steps.epochs} epochs, ${steps.warmupSteps} of warm-up`],
    ['micro-batches', `${steps.microBatchesPerStep.toFixed(1)} a step, ${percent(steps.fill)} filled`],
    [
      'work',
      `${(steps.flopsPerStep / 1e12).toPrecision(3)} TFLOP a step, ${(steps.flops / 1e15).toPrecision(3)} PFLOP in all`,
    ],
    ['parameters', `${size(memory.parameters)} a rank (${memory.ranks})`],
    ['gradients', size(memory.gradients)],
    ['moments', size(memory.moments)],
    ['blocks in flight', size(memory.blocksInFlight)],
    [
      'activations',
      `${size(memory.activations)}, ${memory.layersKept} layers kept (all: ${size(memory.activationsKept)}, none: ${size(memory.activationsRecomputed)})`,
    ],
    [
      'memory',
      `${size(memory.processPeak)} at the peak${memory.available === undefined ? '' : ` of ${size(memory.available)}`}`,
    ],
    ...(time === undefined
      ? []
      : [
          [
            'time',
            `${duration(time.seconds)}, ${duration(time.secondsPerStep)} a step, ${Math.round(time.tokensPerSecond)} tokens/s (${time.basis})`,
          ] as const,
        ]),
    ...(time?.cost === undefined ? [] : [['cost', `$${time.cost.toFixed(2)}`] as const]),
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    ...rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...warnings.map(({ message }) => `Warning: ${message}`),
  ].join('\n');
}
