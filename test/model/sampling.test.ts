import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Random, VicunaError } from '../../src/core/index.js';
import type { TokenConstraint } from '../../src/model/constrained/index.js';
import { topK, topP, topPOf, weigh } from '../../src/model/sampling/candidates.js';
import { RepetitionPenalty } from '../../src/model/sampling/repetition.js';
import { ReplyPenalties } from '../../src/model/sampling/reply-penalties.js';
import { argmax, type SamplerJob, type SamplerSettings, TokenSampler } from '../../src/model/sampling/sampler.js';
import { generationSettingsSchema } from '../../src/model/sampling/settings.js';

const defaults: SamplerSettings = generationSettingsSchema.parse({ temperature: 1, seed: 7 });
const sampler = (
  settings: Partial<SamplerSettings>,
  vocabularySize: number,
  prompt: number[] = [],
  rest: Partial<SamplerJob> = {},
) =>
  new TokenSampler({
    settings: { ...defaults, ...settings },
    vocabularySize,
    prompt: Int32Array.from(prompt),
    endTokenIds: new Set(),
    ...rest,
  });

const sumOf = (list: readonly number[]) => list.reduce((total, weight) => total + weight, 0);

/** The definition: sort everything, cut by count, cut by share of what is left. */
function plainLikeliest(logits: readonly number[], count: number, share: number, temperature: number): number[] {
  const maximum = Math.max(...logits);
  const weightOf = (id: number) => Math.exp((logits[id]! - maximum) / temperature);
  const ids = logits.map((_, id) => id);
  const ranked = [...ids].sort((left, right) => logits[right]! - logits[left]! || left - right);
  const first = count === 0 ? ranked : ranked.slice(0, count);
  if (share === 1) return first;
  const wanted = share * sumOf((count === 0 ? ids : first).map(weightOf));
  let mass = 0;
  for (const [index, id] of first.entries()) {
    mass += weightOf(id);
    if (mass >= wanted) return first.slice(0, index + 1);
  }
  return first;
}

function likeliest(list: readonly number[], count: number, share: number, temperature: number): readonly number[] {
  const logits = Float32Array.from(list);
  const maximum = Math.max(...logits);
  if (count > 0) {
    const first = topK(logits, Math.min(count, list.length), maximum, temperature);
    return (share === 1 ? first : topPOf(first, share)).ids;
  }
  const weights = weigh(logits, maximum, temperature, new Float64Array(list.length));
  return topP(logits, weights, share, maximum, temperature).ids;
}

describe('the likeliest tokens', () => {
  // Few distinct logits, so that ties are the rule; -1000 weighs nothing.
  const logits = fc.array(fc.constantFrom(-1000, -2, -1, -0.5, 0, 0.5, 3), { minLength: 1, maxLength: 40 });
  const share = fc.oneof(fc.double({ min: 0.01, max: 1, noNaN: true }), fc.constantFrom(0.25, 0.5, 0.75));

  it('are those of the definition: ties by id, top-p of what top-k left', () => {
    fc.assert(
      fc.property(logits, fc.nat(50), share, fc.constantFrom(0.5, 1, 2), (list, count, part, temperature) => {
        fc.pre(count > 0 || part < 1);
        expect(likeliest(list, count, part, temperature)).toEqual(plainLikeliest(list, count, part, temperature));
      }),
      { numRuns: 3000 },
    );
  });

  it('are those of the definition among many', () => {
    const random = Random.fromSeed(1);
    const list = [...Float32Array.from({ length: 5000 }, () => Math.fround(random.normal() * 3))];
    for (const [count, part] of [
      [40, 1],
      [40, 0.9],
      [0, 0.9],
      [0, 0.1],
      [4999, 0.999],
      [1, 0.5],
    ] as const)
      expect(likeliest(list, count, part, 1)).toEqual(plainLikeliest(list, count, part, 1));
  });

  it('are never none, even where top-p is tiny', () => {
    expect(likeliest([1, 5, 1], 0, 1e-9, 1)).toEqual([1]);
    expect(likeliest([1, 5, 5], 2, 1e-9, 1)).toEqual([1]);
  });

  it('are all of them where top-k is beyond the vocabulary', () => {
    expect(likeliest([1, 5, 1], 100, 1, 1)).toEqual([1, 0, 2]);
  });
});

describe('a draw', () => {
  /** How often each token is drawn. */
  function frequencies(settings: Partial<SamplerSettings>, logits: readonly number[], draws = 20_000): number[] {
    const counts = logits.map(() => 0);
    const draw = sampler(settings, logits.length);
    for (let index = 0; index < draws; index++) counts[draw.next(Float32Array.from(logits)).token]!++;
    return counts.map((count) => count / draws);
  }
  const logits = [Math.log(4), Math.log(3), Math.log(2), Math.log(1), Number.NEGATIVE_INFINITY];

  it.each([
    ['all tokens', {}, [0.4, 0.3, 0.2, 0.1, 0]],
    ['top-k', { topK: 2 }, [4 / 7, 3 / 7, 0, 0, 0]],
    ['top-p', { topP: 0.75 }, [4 / 9, 3 / 9, 2 / 9, 0, 0]],
    ['top-p that is just reached', { topP: 0.699 }, [4 / 7, 3 / 7, 0, 0, 0]],
    ['top-p within top-k', { topK: 3, topP: 0.5 }, [4 / 7, 3 / 7, 0, 0, 0]],
    [
      'a higher temperature',
      { temperature: 2 },
      [4, 3, 2, 1, 0].map((x) => Math.sqrt(x) / (2 + Math.sqrt(3) + Math.SQRT2 + 1)),
    ],
  ])('follows the probabilities of %s', (_, settings, expected) => {
    const actual = frequencies(settings, logits);
    // Four standard deviations of 20,000 draws; zeros have to be exact.
    for (const [id, frequency] of actual.entries())
      if (expected[id] === 0) expect(frequency).toBe(0);
      else expect(Math.abs(frequency - expected[id]!)).toBeLessThan(0.014);
  });

  it('is that of the greedy choice in the limit of temperature 0, and at 0', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.integer({ min: -50, max: 50 }), { minLength: 1, maxLength: 30 }), (list) => {
        const best = list.indexOf(Math.max(...list));
        for (const temperature of [0, 1e-3, Number.MIN_VALUE])
          expect(sampler({ temperature }, list.length).next(Float32Array.from(list)).token).toBe(best);
      }),
    );
  });

  it('is repeated by its seed, and differs without one', () => {
    const flat = new Float32Array(1000);
    const row = (seed: number | null) => {
      const draw = sampler({ seed }, 1000);
      return Array.from({ length: 20 }, () => draw.next(flat.slice()).token);
    };
    expect(row(1)).toEqual(row(1));
    expect(row(1)).not.toEqual(row(2));
    expect(row(null)).not.toEqual(row(null));
  });

  it('takes the first of equally likely tokens when greedy', () => {
    expect(argmax(Float32Array.of(1, 3, 3, 2))).toBe(1);
  });

  it.each([
    ['a NaN', [1, Number.NaN, 2]],
    ['a NaN in front', [Number.NaN, 1]],
    ['a NaN behind', [1, Number.NaN]],
    ['an infinity', [1, Number.POSITIVE_INFINITY]],
    ['nothing but -infinity', [Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]],
  ])('is refused where the logits hold %s', (_, list) => {
    for (const temperature of [0, 1]) {
      const draw = () => sampler({ temperature }, list.length).next(Float32Array.from(list));
      expect(draw).toThrow(VicunaError);
      expect(draw).toThrow(/no finite numbers/);
    }
  });
});

describe('the repetition penalty', () => {
  it('divides positive logits and multiplies negative ones, once for each token that is there', () => {
    const penalty = new RepetitionPenalty(2, 6);
    penalty.add([0, 1, 1, 4]);
    penalty.add([4, 0]);
    const logits = Float32Array.of(3, -3, 3, -3, 0, 1);
    penalty.apply(logits);
    expect([...logits]).toEqual([1.5, -6, 3, -3, 0, 1]);
  });

  it('counts the prompt and what was drawn', () => {
    const draw = sampler({ temperature: 0, repetitionPenalty: 10 }, 3, [0]);
    const logits = () => Float32Array.of(9, 5, 1);
    expect([0, 1, 2].map(() => draw.next(logits()).token)).toEqual([1, 2, 0]);
  });
});

describe('the penalties of a reply', () => {
  it('are taken off once for a token that is there, and once for every time', () => {
    const penalties = new ReplyPenalties(0.5, 1);
    for (const token of [1, 2, 2, 2]) penalties.add(token);
    const logits = Float32Array.of(0, 1, 2, 3);
    penalties.apply(logits);
    expect([...logits]).toEqual([0, -0.5, -0.5, 3]);
  });

  it('do not count the prompt, and may be negative', () => {
    const logits = () => Float32Array.of(3, 2.5, 2);
    const away = sampler({ temperature: 0, presencePenalty: 0.75 }, 3, [0]);
    expect([0, 1, 2, 3].map(() => away.next(logits()).token)).toEqual([0, 1, 0, 0]);
    const often = sampler({ temperature: 0, frequencyPenalty: 0.75 }, 3);
    expect([0, 1, 2, 3].map(() => often.next(logits()).token)).toEqual([0, 1, 0, 2]);
    const again = sampler({ temperature: 0, presencePenalty: -2 }, 3);
    expect([Float32Array.of(1, 0, 0), Float32Array.of(0, 1, 0)].map((row) => again.next(row).token)).toEqual([0, 0]);
  });
});

describe('the probability of a draw', () => {
  const logits = [Math.log(4), Math.log(3), Math.log(2), Math.log(1)];

  it('is what the model finds, whatever temperature, truncation and penalties make of it', () => {
    for (const settings of [{}, { temperature: 3 }, { topK: 1 }, { topP: 0.1 }, { repetitionPenalty: 5 }]) {
      const { token, probability } = sampler({ logprobs: 2, ...settings }, 4, [0]).next(Float32Array.from(logits));
      expect(probability!.logprob).toBeCloseTo(Math.log([4, 3, 2, 1][token]! / 10), 6);
      expect(probability!.likeliest.map((other) => other.token)).toEqual([0, 1]);
      expect(probability!.likeliest[1]!.logprob).toBeCloseTo(Math.log(0.3), 6);
    }
  });

  it('is given alone, with others up to the vocabulary, or not at all', () => {
    const draw = (logprobs: number | null) => sampler({ logprobs }, 4).next(Float32Array.from(logits)).probability;
    expect(draw(0)!.likeliest).toEqual([]);
    expect(draw(20)!.likeliest).toHaveLength(4);
    expect(draw(null)).toBeUndefined();
  });
});

describe('a constraint', () => {
  /** A reply of the given tokens in this order, then nothing. */
  function exactly(...tokens: number[]): TokenConstraint {
    let accepted = 0;
    return {
      mask: (logits) => {
        for (let id = 0; id < logits.length; id++) if (id !== tokens[accepted]) logits[id] = Number.NEGATIVE_INFINITY;
      },
      accept: (token) => expect(token).toBe(tokens[accepted++]),
      get isComplete() {
        return accepted === tokens.length;
      },
    };
  }

  it('leaves only what may come, however unlikely, and is told what came', () => {
    for (const settings of [{ temperature: 0 }, { temperature: 1 }, { topK: 2 }, { topP: 0.5 }]) {
      const draw = sampler(settings, 4, [], { constraint: exactly(3, 0, 2) });
      const drawn = [0, 1, 2].map(() => {
        expect(draw.isComplete).toBe(false);
        return draw.next(Float32Array.of(5, 9, 1, -40)).token;
      });
      expect(drawn).toEqual([3, 0, 2]);
      expect(draw.isComplete).toBe(true);
    }
  });

  it('is not told of the token that ends the reply', () => {
    const constraint = { mask: () => {}, accept: () => expect.unreachable(), isComplete: false };
    const draw = sampler({ temperature: 0 }, 2, [], { constraint, endTokenIds: new Set([1]) });
    expect(draw.next(Float32Array.of(0, 1)).token).toBe(1);
  });

  it('that leaves nothing is an error, not damaged weights', () => {
    const draw = sampler({}, 2, [], { constraint: exactly(7) });
    expect(() => draw.next(Float32Array.of(0, 1))).toThrow(/No token of the model goes on/);
  });
});
