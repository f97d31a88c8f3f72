import { describe, expect, it } from 'vitest';
import { difference, expectWithin } from '../support/differences.js';
import {
  type GoldenModelName,
  goldenModels,
  loadGolden,
  namedParameters,
  packedBatch,
  separateBatches,
  tolerance,
} from '../support/goldens.js';
import { plainTransformer } from '../support/plain-transformer.js';

describe.each(goldenModels)('the plain definition on %s', (name: GoldenModelName) => {
  const { shape, parameters, expected, tensors } = loadGolden(name);
  const packed = packedBatch(expected);
  const result = plainTransformer(shape, parameters, packed);

  it('gives the logits of transformers', () => {
    const [first, second] = [tensors.get('logits.row0')!.values, tensors.get('logits.row1')!.values];
    const { maximum } = difference(result.logits_TV, [...first, ...second]);
    expectWithin('logits', maximum, tolerance.logits);
  });

  it('gives its token losses and their mean', () => {
    const losses = expected.token_loss.rows.flatMap((row) => [...row.slice(1), null]).map((loss) => loss ?? 0);
    expectWithin('token loss', difference(result.tokenLosses, losses).maximum, tolerance.tokenLoss);
    const mean = result.lossSum / expected.loss.supervised_tokens;
    expectWithin('mean loss', Math.abs(mean - expected.loss.packed_mean), tolerance.meanLoss);
  });

  it('gives its gradients', () => {
    const gradients = result.gradients(1 / expected.loss.supervised_tokens);
    let compared = 0;
    for (const { values: gradient, name: parameter } of namedParameters(shape, gradients)) {
      const golden = expected.grads[parameter]!;
      const ends = [...gradient.slice(0, 8), ...gradient.slice(-8)];
      const goldenEnds = [...golden.first8, ...golden.last8];
      expectWithin('gradient', difference(ends, goldenEnds).maximum, tolerance.gradient);
      const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value ** 2, 0));
      expectWithin('gradient norm', Math.abs(norm / golden.norm - 1), tolerance.gradientNormRelative);
      const stored = tensors.get(`grad.${parameter}`);
      if (stored) expectWithin('gradient', difference(gradient, stored.values).relative, tolerance.gradientRelative);
      compared++;
    }
    expect(compared).toBe(Object.keys(expected.grads).length);
  });

  it('gives every sequence of a packed batch what it gives it alone', () => {
    const alone = separateBatches(expected).flatMap((batch) => [
      ...plainTransformer(shape, parameters, batch).logits_TV,
    ]);
    expect(difference(result.logits_TV, alone).maximum).toBe(0);
  });
});
