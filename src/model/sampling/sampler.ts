import { randomInt } from 'node:crypto';
import { Random, VicunaError } from '../../core/index.js';
import { Ranking } from './ranking.js';
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
    const { temperature, topK, topP } = this.#settings;
    const weights_V = this.#weights_V;
    let total = 0;
    for (let id = 0; id < weights_V.length; id++) {
      const weight = Math.exp((logits_V[id]! - maximum) / temperature);
      weights_V[id] = weight;
      total += weight;
    }
    if (topP === 1 && (topK === 0 || topK >= weights_V.length)) return this.#pick(undefined, total);
    const { ids, mass } = likeliestTokens(weights_V, total, topK, topP);
    return this.#pick(ids, mass);
  }

  /** @param ids - the tokens to draw among, all when absent. */
  #pick(ids: readonly number[] | undefined, mass: number): number {
    const weights_V = this.#weights_V;
    let left = this.#random.uniform() * mass;
    let last = 0;
    for (let index = 0; index < (ids ?? weights_V).length; index++) {
      const id = ids?.[index] ?? index;
      const weight = weights_V[id]!;
      if (weight === 0) continue;
      last = id;
      left -= weight;
      if (left < 0) return id;
    }
    // Rounding may leave a sliver of the mass over.
    return last;
  }
}

/**
 * The `topK` tokens of most weight (0: all), and of those the shortest row of likeliest ones whose weight reaches `topP`
 * of theirs.
 */
export function likeliestTokens(
  weights_V: Float64Array,
  total: number,
  topK: number,
  topP: number,
): { readonly ids: number[]; readonly mass: number } {
  // Tokens too light for the row even if all V weighed as much need not be ranked: past the row lies 1 - topP at most.
  const ranking = new Ranking(weights_V, topK === 0 ? ((1 - topP) * total) / weights_V.length / 2 : 0);
  if (topK === 0) return takeMass(() => ranking.take(), weights_V, topP * total);
  const ranked = Array.from({ length: Math.min(topK, weights_V.length) }, () => ranking.take());
  const mass = ranked.reduce((sum, id) => sum + weights_V[id]!, 0);
  let next = 0;
  return takeMass(() => ranked[next++] ?? -1, weights_V, topP * mass);
}

function takeMass(take: () => number, weights_V: Float64Array, wanted: number): { ids: number[]; mass: number } {
  const ids: number[] = [];
  let mass = 0;
  for (let id = take(); id !== -1; id = take()) {
    ids.push(id);
    mass += weights_V[id]!;
    if (mass >= wanted) break;
  }
  return { ids, mass };
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
