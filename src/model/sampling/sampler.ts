import { randomInt } from 'node:crypto';
import { Random, VicunaError } from '../../core/index.js';
import { sum, topK, topP, topPOf, weigh } from './candidates.js';
import { RepetitionPenalty } from './repetition.js';
import type { GenerationSettings } from './settings.js';

// Shapes: V vocabulary.

export type SamplerSettings = Pick<GenerationSettings, 'temperature' | 'topK' | 'topP' | 'repetitionPenalty' | 'seed'>;

/**
 * Draws one token after another. The steps and their order are those of transformers: repetition penalty, temperature,
 * top-k, top-p of what top-k left, draw.
 *
 * Equally likely tokens rank by id, so `topK` keeps exactly that many and a draw depends on nothing but logits and seed.
 */
export class TokenSampler {
  readonly #settings: SamplerSettings;
  readonly #random: Random;
  readonly #penalty: RepetitionPenalty | undefined;
  readonly #weights_V: Float64Array;

  /** @param prompt - tokens that count as present for the repetition penalty. */
  constructor(settings: SamplerSettings, vocabularySize: number, prompt: Int32Array) {
    this.#settings = settings;
    this.#random = Random.fromSeed(settings.seed ?? randomInt(2 ** 32), 'sample');
    if (settings.repetitionPenalty !== 1) {
      this.#penalty = new RepetitionPenalty(settings.repetitionPenalty, vocabularySize);
      this.#penalty.add(prompt);
    }
    this.#weights_V = new Float64Array(settings.temperature === 0 ? 0 : vocabularySize);
  }

  /**
   * @param logits_V - changed in place.
   * @throws VicunaError `engine-failed` when they are not numbers.
   */
  next(logits_V: Float32Array): number {
    this.#penalty?.apply(logits_V);
    const likeliest = argmax(logits_V);
    const token = this.#settings.temperature === 0 ? likeliest : this.#draw(logits_V, logits_V[likeliest]!);
    this.#penalty?.add([token]);
    return token;
  }

  #draw(logits_V: Float32Array, maximum: number): number {
    const { temperature, topK: count, topP: share } = this.#settings;
    if (count > 0 && count < logits_V.length) {
      const likeliest = topK(logits_V, count, maximum, temperature);
      const { ids, weights } = share === 1 ? likeliest : topPOf(likeliest, share);
      return ids[this.#pick(weights)]!;
    }
    const weights_V = weigh(logits_V, maximum, temperature, this.#weights_V);
    if (share === 1) return this.#pick(weights_V);
    const { ids, weights } = topP(logits_V, weights_V, share, maximum, temperature);
    return ids[this.#pick(weights)]!;
  }

  /** @returns an index, each as likely as it weighs. */
  #pick(weights: Float64Array): number {
    let left = this.#random.uniform() * sum(weights);
    let last = 0;
    for (let index = 0; index < weights.length; index++) {
      const weight = weights[index]!;
      if (weight === 0) continue;
      last = index;
      left -= weight;
      if (left < 0) return index;
    }
    // Rounding may leave a sliver over.
    return last;
  }
}

/** The first of the largest. */
export function argmax(logits_V: Float32Array): number {
  let best = 0;
  let maximum = logits_V[0]!;
  let areNumbers = !Number.isNaN(maximum);
  for (let id = 1; id < logits_V.length; id++) {
    const logit = logits_V[id]!;
    if (logit > maximum) {
      maximum = logit;
      best = id;
    } else if (!(logit <= maximum)) areNumbers = false;
  }
  if (areNumbers && Number.isFinite(maximum)) return best;
  throw new VicunaError(
    'engine-failed',
    'The model computed logits that are no finite numbers: its weights are damaged, or training diverged. Load an earlier checkpoint.',
  );
}
