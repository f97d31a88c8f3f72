import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SupervisedExample } from '../../src/data/index.js';
import { numericsDirectory } from '../support/shared-data.js';

/** One of the recorded AdamW runs of transformers. */
export interface TrajectoryCase {
  readonly weight_decay: number;
  readonly accumulation: number;
  readonly steps: readonly {
    readonly lr: number;
    readonly loss: number;
    readonly grad_norm_before_clip: number;
    readonly supervised_tokens: readonly number[];
  }[];
  readonly final_params: Readonly<
    Record<string, { readonly norm: number; readonly first8: readonly number[]; readonly last8: readonly number[] }>
  >;
}

interface Trajectories {
  readonly steps: number;
  readonly micro_batch_rows: number;
  readonly peak_lr: number;
  readonly data: { readonly input_ids: readonly number[][]; readonly labels: readonly number[][] };
  readonly order: readonly number[];
  readonly cases: Readonly<Record<string, TrajectoryCase>>;
}

const directory = join(numericsDirectory, 'train-tiny-llama-mha');

export const trajectories: Trajectories = JSON.parse(readFileSync(join(directory, 'trajectory.json'), 'utf8'));

export const finalWeightsFile = (name: string) => join(directory, `final_${name}.safetensors`);

export function trajectoryCase(name: string): TrajectoryCase {
  const found = trajectories.cases[name];
  if (found === undefined) throw new Error(`trajectory.json has no case ${name}`);
  return found;
}

/** The rows of a case in the order they were trained on. */
export function trajectoryExamples({ accumulation }: TrajectoryCase): SupervisedExample[] {
  const { data, order, steps, micro_batch_rows } = trajectories;
  return order.slice(0, steps * micro_batch_rows * accumulation).map((row, index) => {
    const tokens = Int32Array.from(data.input_ids[row]!);
    const labels = Int32Array.from(data.labels[row]!);
    const supervisedTokens = labels.subarray(1).filter((label) => label !== -100).length;
    return { id: `${index}:row-${row}`, tokens, labels, supervisedTokens };
  });
}
