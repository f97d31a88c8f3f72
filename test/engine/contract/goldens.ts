import { describe, expect, it } from 'vitest';
import type { Engine, PackedBatch } from '../../../src/engine/index.js';
import { difference, expectWithin } from '../../support/differences.js';
import {
  type Golden,
  goldenModels,
  loadGolden,
  namedParameters,
  packedBatch,
  separateBatches,
  tolerance,
} from '../../support/goldens.js';
import { logitsPass, withModel, zerosLike } from '../../support/model-pass.js';
import { plainTransformer } from '../../support/plain-transformer.js';

/** What transformers computed: logits, losses and every gradient of three tiny models. */
export function describeGoldens(engine: () => Engine): void {
  describe.each(goldenModels)('on %s equals transformers', (name) => {
    const golden = loadGolden(name);
    const { shape, expected, tensors } = golden;

    const forms = [
      { form: 'packed', batches: [packedBatch(expected)] },
      { form: 'separate', batches: separateBatches(expected) },
    ];
    const runs = forms.flatMap((form) => [true, false].map((keep) => ({ ...form, keep })));

    it.each(runs)('in losses and gradients, $form, activations kept: $keep', async ({ batches, keep }) => {
      const result = await lossesAndGradients(engine(), golden, batches, keep);
      const losses = expected.token_loss.rows.flatMap((row) => [...row.slice(1), null]).map((loss) => loss ?? 0);
      expectWithin('token loss', difference(result.tokenLosses, losses).maximum, tolerance.tokenLoss);
      const mean = result.lossSum / expected.loss.supervised_tokens;
      expectWithin('mean loss', Math.abs(mean - expected.loss.mean), tolerance.meanLoss);
      expectGradients(golden, result.gradients);
    });

    it('in logits', async () => {
      const logits = await withModel(engine(), shape, golden.parameters, (model) =>
        logitsPass(model, packedBatch(expected)),
      );
      const rows = [...tensors.get('logits.row0')!.values, ...tensors.get('logits.row1')!.values];
      expectWithin('logits', difference(logits, rows).maximum, tolerance.logits);
    });
  });

  it('equals transformers past the original context of a model with scaled positions', async () => {
    const { shape, parameters, expected, tensors } = loadGolden('tiny-llama-linear-rope');
    const tokens = Int32Array.from(expected.extra.long!.input_ids);
    const batch = { tokens, labels: tokens, sequenceStarts: Int32Array.of(0, tokens.length) };
    const V = shape.vocabularySize;
    const logits = await withModel(engine(), shape, parameters, (model) => logitsPass(model, batch));
    const rows = [0, 63, 64, 127, 199].flatMap((row) => [...logits.subarray(row * V, (row + 1) * V)]);
    expectWithin('logits', difference(rows, tensors.get('extra.long_logits')!.values).maximum, tolerance.logits);
  });
}

async function lossesAndGradients(engine: Engine, golden: Golden, batches: readonly PackedBatch[], keep: boolean) {
  return withModel(engine, golden.shape, golden.parameters, async (model) => {
    const gradients = await zerosLike(model);
    const gradientScale = 1 / golden.expected.loss.supervised_tokens;
    const tokenLosses: number[] = [];
    let lossSum = 0;
    for (const batch of batches) {
      const pass = await model.train(gradients, { gradientScale, keep }, batch);
      tokenLosses.push(...pass.tokenLosses);
      lossSum += pass.lossSum;
    }
    const values = await Promise.all(gradients.map((gradient) => engine.download(gradient)));
    engine.release(...gradients);
    return { tokenLosses, lossSum, gradients: values };
  });
}

function expectGradients({ shape, parameters, expected, tensors }: Golden, gradients: readonly Float32Array[]): void {
  const plain = plainTransformer(shape, parameters, packedBatch(expected));
  const references = namedParameters(shape, plain.gradients(1 / expected.loss.supervised_tokens));
  const actual = namedParameters(shape, gradients);
  expect(actual.map(({ name }) => name).sort()).toEqual(Object.keys(expected.grads).sort());
  actual.forEach(({ name, values }, index) => {
    const golden = expected.grads[name]!;
    const ends = difference([...values.slice(0, 8), ...values.slice(-8)], [...golden.first8, ...golden.last8]);
    expectWithin('gradient', ends.maximum, tolerance.gradient);
    const norm = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0));
    expectWithin('gradient norm, relative', Math.abs(norm / golden.norm - 1), tolerance.gradientNormRelative);
    for (const reference of [tensors.get(`grad.${name}`)?.values, references[index]!.values]) {
      if (reference === undefined) continue;
      const { maximum, relative } = difference(values, reference);
      expectWithin('gradient', maximum, tolerance.gradient);
      expectWithin('gradient, relative', relative, tolerance.gradientRelative);
    }
  });
}
