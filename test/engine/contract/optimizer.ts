import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AdamWUpdate, type Engine, modelBlocks, supervisedTokens } from '../../../src/engine/index.js';
import { difference, expectWithin } from '../../support/differences.js';
import { blockVectors, loadGolden, namedParameters, readJson, startsOf, tolerance } from '../../support/goldens.js';
import { withModel, zerosLike } from '../../support/model-pass.js';
import { readSafetensors } from '../../support/safetensors.js';
import { numericsDirectory } from '../../support/shared-data.js';

const directory = join(numericsDirectory, 'train-tiny-llama-mha');

interface Trajectory {
  data: { input_ids: number[][]; labels: number[][] };
  cases: Record<string, TrajectoryCase>;
}

interface TrajectoryCase {
  weight_decay: number;
  steps: { rows: number[][]; lr: number; loss: number; grad_norm_before_clip: number }[];
  final_params: Record<string, { norm: number; first8: number[]; last8: number[] }>;
}

/** The trajectories of the real Trainer; the one it used to make, with a mean of means, is there to be missed. */
const trajectories = [
  'accum1_wd0',
  'accum1_wd0.1_hf_groups',
  'accum1_wd0.1_all_params',
  'accum1_wd0_NOCLIP',
  'accum2_wd0',
  'accum2_wd0.1_hf_groups',
];

/** AdamW and the sums that clipping needs. */
export function describeOptimizer(engine: () => Engine): void {
  it.each(trajectories)('trains twelve steps as transformers does: %s', async (name) => {
    const { data, cases } = readJson<Trajectory>(join(directory, 'trajectory.json'));
    const { weight_decay, steps, final_params } = cases[name]!;
    const { shape, parameters } = loadGolden('tiny-llama-mha');
    await withModel(engine(), shape, parameters, async (model) => {
      const [first, second] = [await zerosLike(model), await zerosLike(model)];
      for (const [index, { rows, lr, loss, grad_norm_before_clip }] of steps.entries()) {
        const batches = rows.map((pair) => packRows(data, pair));
        const gradientScale = 1 / batches.reduce((sum, batch) => sum + supervisedTokens(batch), 0);
        const gradients = await zerosLike(model);
        let lossSum = 0;
        for (const batch of batches)
          lossSum += (await model.train(gradients, { gradientScale, keep: true }, batch)).lossSum;
        expectWithin('trajectory loss', Math.abs(lossSum * gradientScale - loss), tolerance.trajectoryLoss);
        const squares = await Promise.all(gradients.map((gradient) => engine().sumOfSquares(gradient)));
        const norm = Math.sqrt(squares.reduce((a, b) => a + b));
        const normError = Math.abs(norm / grad_norm_before_clip - 1);
        expectWithin('gradient norm, relative', normError, tolerance.gradientNormRelative);
        for (const [block, { parameters: slices, size }] of modelBlocks(shape).entries())
          await engine().adamw({
            ...adam,
            parameters: model.parameters[block]!,
            gradient: gradients[block]!,
            firstMoment: first[block]!,
            secondMoment: second[block]!,
            step: index + 1,
            learningRate: lr,
            weightDecay: weight_decay,
            decayRanges: name.endsWith('all_params')
              ? [[0, size]]
              : slices.filter(({ shape: s }) => s.length > 1).map((s) => [s.offset, s.offset + s.size] as const),
            gradientScale: name.endsWith('NOCLIP') ? 1 : Math.min(1, 1 / (norm + 1e-6)),
          });
        engine().release(...gradients);
      }
      const final = await Promise.all(model.parameters.map((vector) => engine().download(vector)));
      for (const { name: parameter, values } of namedParameters(shape, final)) {
        const golden = final_params[parameter]!;
        const ends = difference([...values.slice(0, 8), ...values.slice(-8)], [...golden.first8, ...golden.last8]);
        expectWithin('final parameters', ends.maximum, tolerance.parameters);
        const length = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
        expectWithin('final norms, relative', Math.abs(length / golden.norm - 1), tolerance.parametersRelative);
      }
      if (name === 'accum1_wd0' || name === 'accum2_wd0.1_hf_groups') {
        const stored = blockVectors(shape, readSafetensors(join(directory, `final_${name}.safetensors`)));
        const { maximum, relative } = difference(
          final.flatMap((v) => [...v]),
          stored.flatMap((v) => [...v]),
        );
        expectWithin('final parameters', maximum, tolerance.parameters);
        expectWithin('final parameters, relative', relative, tolerance.parametersRelative);
      }
      engine().release(...first, ...second);
    });
  });

  describe('AdamW', () => {
    it.each([
      { what: 'everything decays', decayRanges: undefined },
      {
        what: 'ranges decay',
        decayRanges: [
          [0, 3],
          [3, 4],
          [7, 7],
          [8, 11],
        ] as const,
      },
      { what: 'nothing decays', decayRanges: [] },
    ])('follows its definition when $what', async ({ decayRanges }) => {
      const values = Float32Array.from({ length: 11 }, (_, i) => Math.sin(i + 1));
      const plain = { parameters: [...values], first: values.map(() => 0), second: values.map(() => 0) };
      const [parameters, firstMoment, secondMoment] = [
        await engine().upload(values),
        await engine().zeros(11),
        await engine().zeros(11),
      ];
      for (let step = 1; step <= 3; step++) {
        const gradientValues = values.map((_, i) => (i === 5 ? 0 : Math.cos(step * i) * 10 ** (i - 6)));
        const gradient = await engine().upload(gradientValues);
        const update = { ...adam, step, learningRate: 0.01 * step, weightDecay: 0.3, decayRanges, gradientScale: 0.25 };
        const versions = [parameters, firstMoment, secondMoment].map(({ version }) => version);
        await engine().adamw({ ...update, parameters, gradient, firstMoment, secondMoment });
        [parameters, firstMoment, secondMoment].forEach(({ version }, i) => {
          expect(version).toBeGreaterThan(versions[i]!);
        });
        plainAdamW(plain, gradientValues, update);
        expect(await engine().download(gradient)).toEqual(gradientValues);
        engine().release(gradient);
      }
      expect(difference(await engine().download(parameters), plain.parameters).maximum).toBeLessThan(3e-7);
      expect(difference(await engine().download(firstMoment), plain.first).relative).toBeLessThan(1e-6);
      expect(difference(await engine().download(secondMoment), plain.second).relative).toBeLessThan(1e-6);
      engine().release(parameters, firstMoment, secondMoment);
    });

    it('refuses vectors and ranges that do not fit', async () => {
      const [three, four] = [await engine().zeros(3), await engine().zeros(4)];
      const update = { ...adam, step: 1, learningRate: 1, weightDecay: 0, gradientScale: 1 };
      const vectors = { parameters: three, gradient: three, firstMoment: three, secondMoment: three };
      await expect(engine().adamw({ ...update, ...vectors, gradient: four })).rejects.toThrow(/4 elements/);
      await expect(engine().adamw({ ...update, ...vectors, decayRanges: [[2, 4]] })).rejects.toThrow(/2 to 4/);
      engine().release(three, four);
    });
  });

  it('adds up squares of millions of elements without losing them', async () => {
    const values = Float32Array.from({ length: 3_000_017 }, (_, i) => 1 + (i % 1000) / 1000);
    const exact = values.reduce((sum, value) => sum + value ** 2, 0);
    const vector = await engine().upload(values);
    expect(Math.abs((await engine().sumOfSquares(vector)) / exact - 1)).toBeLessThan(1e-6);
    engine().release(vector);
  });
}

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

interface PlainAdamState {
  parameters: number[];
  first: Float32Array | number[];
  second: Float32Array | number[];
}

function plainAdamW(
  state: PlainAdamState,
  gradient: Float32Array,
  update: Omit<AdamWUpdate, 'parameters' | 'gradient' | 'firstMoment' | 'secondMoment'>,
): void {
  const { beta1, beta2, step, learningRate, weightDecay, epsilon, gradientScale, decayRanges } = update;
  const [first, second] = [Array.from(state.first), Array.from(state.second)];
  gradient.forEach((value, i) => {
    const g = value * gradientScale;
    first[i] = beta1 * first[i]! + (1 - beta1) * g;
    second[i] = beta2 * second[i]! + (1 - beta2) * g * g;
    const decays = decayRanges?.some(([start, end]) => i >= start && i < end) ?? true;
    if (decays) state.parameters[i]! *= 1 - learningRate * weightDecay;
    const [m, v] = [first[i]! / (1 - beta1 ** step), second[i]! / (1 - beta2 ** step)];
    state.parameters[i]! -= (learningRate * m) / (Math.sqrt(v) + epsilon);
  });
  state.first = first;
  state.second = second;
}

function packRows(data: Trajectory['data'], rows: readonly number[]) {
  const tokens = rows.map((row) => data.input_ids[row]!);
  return {
    tokens: Int32Array.from(tokens.flat()),
    labels: Int32Array.from(rows.flatMap((row) => data.labels[row]!)),
    sequenceStarts: Int32Array.from(startsOf(tokens.map(({ length }) => length))),
  };
}
