import { join } from 'node:path';
import { expect, it } from 'vitest';
import { type Engine, loraBlocks, type PackedBatch, type Vector } from '../../../src/engine/index.js';
import { withAdapters } from '../../support/adapters.js';
import { difference, expectWithin } from '../../support/differences.js';
import { loadGolden, namedParameters, readJson, startsOf, tolerance } from '../../support/goldens.js';
import { withModel, zerosLike } from '../../support/model-pass.js';
import { readSafetensors } from '../../support/safetensors.js';
import { numericsDirectory } from '../../support/shared-data.js';
import { trajectories } from '../../train/trajectory.js';

const directory = join(numericsDirectory, 'lora-tiny-llama-mha');

interface Recording {
  readonly lr: number;
  readonly cases: Readonly<Record<string, { readonly log: readonly RecordedStep[] }>>;
}

interface RecordedStep {
  readonly rows: readonly number[];
  readonly supervised_tokens: number;
  readonly loss: number;
  readonly grad_norm_before_clip: number;
}

const recording = readJson<Recording>(join(directory, 'expected.json'));
const lora = { rank: 8, alpha: 16, rankStabilized: false, dropout: 0, targets: ['q_proj', 'v_proj'] } as const;

/** What peft computed: losses, gradients, three AdamW steps and the merged weights of an adapter. */
export function describeAdapterGoldens(engine: () => Engine): void {
  // With B = 0 the first gradient of A is 0, so that only the other case tells whether it is right.
  it.each(['default_init_B_zero', 'random_B'])('trains and merges an adapter as peft does: %s', async (name) => {
    const { shape, parameters } = loadGolden('tiny-llama-mha');
    const initial = readSafetensors(join(directory, name, 'initial_adapter/adapter_model.safetensors'));
    const expected = readSafetensors(join(directory, name, 'expected.safetensors'));
    const blocks = loraBlocks(shape, lora);
    const vectors = blocks.map((block) => {
      const vector = new Float32Array(block.size);
      for (const parameter of block.parameters) vector.set(initial.get(parameter.name)!.values, parameter.offset);
      return vector;
    });
    const expectEach = (values: readonly Float32Array[], prefix: string, compare: Compare) => {
      blocks.forEach((block, layer) => {
        for (const { name: parameter, offset, size } of block.parameters)
          compare(values[layer]!.subarray(offset, offset + size), expected.get(`${prefix}.${parameter}`)!.values);
      });
    };

    await withModel(engine(), shape, parameters, (model) =>
      withAdapters(engine(), { lora, vectors }, async (adapters) => {
        const download = (vectors: readonly Vector[]) =>
          Promise.all(vectors.map((vector) => engine().download(vector)));
        const [weights, gradients] = [adapters.map((own) => own.parameters), adapters.map((own) => own.gradient)];
        const first = await zerosLike({ engine: engine(), parameters: weights });
        const second = await zerosLike({ engine: engine(), parameters: weights });
        for (const [index, recorded] of recording.cases[name]!.log.entries()) {
          const options = { gradientScale: 1 / recorded.supervised_tokens, keep: index === 1, adapters };
          const { lossSum } = await model.train(undefined, options, batchOf(recorded.rows));
          const loss = lossSum / recorded.supervised_tokens;
          expectWithin('trajectory loss', Math.abs(loss - recorded.loss), tolerance.trajectoryLoss);
          if (index === 0) expectEach(await download(gradients), 'grad0', expectGradient);
          const norm = Math.sqrt((await Promise.all(gradients.map((own) => engine().sumOfSquares(own)))).reduce(add));
          const normError = Math.abs(norm / recorded.grad_norm_before_clip - 1);
          expectWithin('gradient norm, relative', normError, tolerance.gradientNormRelative);
          for (const [layer, own] of adapters.entries()) {
            await engine().adamw({
              parameters: own.parameters,
              gradient: own.gradient,
              firstMoment: first[layer]!,
              secondMoment: second[layer]!,
              step: index + 1,
              learningRate: recording.lr,
              beta1: 0.9,
              beta2: 0.999,
              epsilon: 1e-8,
              weightDecay: 0,
              gradientScale: Math.min(1, 1 / (norm + 1e-6)),
            });
            await engine().write(own.gradient, new Float32Array(own.gradient.length));
          }
        }
        expectEach(await download(weights), 'final', expectParameters);

        for (const [layer, own] of adapters.entries())
          await model.transformer.mergeAdapter(model.parameters[layer + 1]!, own);
        const merged = namedParameters(shape, await download(model.parameters));
        const base = namedParameters(shape, parameters);
        merged.forEach(({ name: parameter, values }, at) => {
          const golden = expected.get(`merged.${parameter}`);
          if (golden === undefined) expect(values).toEqual(base[at]!.values);
          else expectParameters(values, golden.values);
        });
        engine().release(...first, ...second);
      }),
    );
  });
}

type Compare = (actual: Float32Array, golden: Float32Array) => void;

function expectGradient(actual: Float32Array, golden: Float32Array): void {
  const { maximum, relative } = difference(actual, golden);
  expectWithin('gradient', maximum, tolerance.gradient);
  expectWithin('gradient of an adapter, relative', relative, tolerance.gradientRelative);
}

function expectParameters(actual: Float32Array, golden: Float32Array): void {
  const { maximum, relative } = difference(actual, golden);
  expectWithin('final parameters', maximum, tolerance.parameters);
  expectWithin('final parameters, relative', relative, tolerance.parametersRelative);
}

/** Rows of the recorded trajectories as one batch. */
function batchOf(rows: readonly number[]): PackedBatch {
  const { input_ids, labels } = trajectories.data;
  return {
    tokens: Int32Array.from(rows.flatMap((row) => input_ids[row]!)),
    labels: Int32Array.from(rows.flatMap((row) => labels[row]!)),
    sequenceStarts: Int32Array.from(startsOf(rows.map((row) => input_ids[row]!.length))),
  };
}

function add(a: number, b: number): number {
  return a + b;
}
