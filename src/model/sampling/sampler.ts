import { randomInt } from 'node:crypto';
import { Random, VicunaError } from '../../core/index.js';
import type { TokenConstraint } from '../constrained/index.js';
import { sum, topK, topP, topPOf, weigh } from './candidates.js';
import { type LikelyToken, logProbabilities } from './log-probabilities.js';
import { RepetitionPenalty } from './repetition.js';
import { ReplyPenalties } from './reply-penalties.js';
import type { GenerationSettings } from './settings.js';

// Shapes: V vocabulary.

export type SamplerSettings = Pick<
  GenerationSettings,
  'temperature' | 'topK' | 'topP' | 'repetitionPenalty' | 'frequencyPenalty' | 'presencePenalty' | 'seed' | 'logprobs'
>;

/** A token that was drawn. */
export interface Draw {
  readonly token: number;
  /** How likely the model found it, and the likeliest beside it, where the settings ask for that. */
  readonly probability?: { readonly logprob: number; readonly likeliest: readonly LikelyToken[] };
}

export interface SamplerJob {
  readonly settings: SamplerSettings;
  readonly vocabularySize: number;
  /** Tokens that count as present for the repetition penalty. */
  readonly prompt: Int32Array;
  /** Tokens that end the reply: a constraint is not told of them. */
  readonly endTokenIds: ReadonlySet<number>;
  readonly constraint?: TokenConstraint | undefined;
}

/**
 * Draws one token after another. The steps and their order are those of transformers: repetition penalty, penalties of
 * the reply, constraint, temperature, top-k, top-p of what top-k left, draw.
 *
 * Equally likely tokens rank by id, so `topK` keeps exactly that many and a draw depends on nothing but logits and seed.
 */
export class TokenSampler {
  readonly #settings: SamplerSettings;
  readonly #random: Random;
  readonly #repetition: RepetitionPenalty | undefined;
  readonly #reply: ReplyPenalties | undefined;
  readonly #constraint: TokenConstraint | undefined;
  readonly #endTokenIds: ReadonlySet<number>;
  readonly #weights_V: Float64Array;

  constructor({ settings, vocabularySize, prompt, endTokenIds, constraint }: SamplerJob) {
    this.#settings = settings;
    this.#random = Random.fromSeed(settings.seed ?? randomInt(2 ** 32), 'sample');
    if (settings.repetitionPenalty !== 1) {
      this.#repetition = new RepetitionPenalty(settings.repetitionPenalty, vocabularySize);
      this.#repetition.add(prompt);
    }
    const { frequencyPenalty, presencePenalty } = settings;
    if (frequencyPenalty !== 0 || presencePenalty !== 0)
      this.#reply = new ReplyPenalties(frequencyPenalty, presencePenalty);
    this.#constraint = constraint;
    this.#endTokenIds = endTokenIds;
    this.#weights_V = new Float64Array(settings.temperature === 0 ? 0 : vocabularySize);
  }

  /** Whether the constraint has all that it wants: nothing may follow. */
  get isComplete(): boolean {
    return this.#constraint?.isComplete ?? false;
  }

  /**
   * @param logits_V - changed in place.
   * @throws VicunaError `engine-failed` when they are not numbers, `schema-unsupported` when a constraint leaves nothing.
   */
  next(logits_V: Float32Array): Draw {
    const likeliest = argmax(logits_V);
    const { logprobs } = this.#settings;
    const probabilities = logprobs === null ? undefined : logProbabilities(logits_V, logits_V[likeliest]!, logprobs);
    const token = this.#choose(logits_V, likeliest);
    this.#repetition?.add([token]);
    this.#reply?.add(token);
    if (!this.#endTokenIds.has(token)) this.#constraint?.accept(token);
    if (probabilities === undefined) return { token };
    return { token, probability: { logprob: probabilities.of(token), likeliest: probabilities.likeliest } };
  }

  #choose(logits_V: Float32Array, unchanged: number): number {
    this.#repetition?.apply(logits_V);
    this.#reply?.apply(logits_V);
    this.#constraint?.mask(logits_V);
    if (this.#constraint !== undefined && logits_V.every((logit) => logit === Number.NEGATIVE_INFINITY))
      throw new VicunaError(
        'schema-unsupported',
        'No token of the model goes on with a reply of the form asked for. Ask for another form, or for text.',
      );
    const isChanged = this.#repetition !== undefined || this.#reply !== undefined || this.#constraint !== undefined;
    const likeliest = isChanged ? argmax(logits_V) : unchanged;
    return this.#settings.temperature === 0 ? likeliest : this.#draw(logits_V, logits_V[likeliest]!);
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
