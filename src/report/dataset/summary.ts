import type { CleanReport, SegmentReport, SupervisionReport } from '../../data/index.js';
import type { FrequentText } from '../tally/frequent-texts.js';
import type { CountDistribution } from '../tally/histogram.js';
import type { LanguageShare } from '../tally/languages.js';
import type { LeftOut } from './left-out.js';

/** What a data set becomes at one length of context. @public */
export interface ContextSummary extends SegmentReport {
  /** The length of context: most tokens of a segment, and of a packed micro-batch. */
  readonly maxTokens: number;
  /** Tokens over what is computed where every segment is padded to `maxTokens`, from 0 to 1. */
  readonly paddedFill: number;
  /** Tokens over what is computed where segments are packed into micro-batches of `maxTokens`, from 0 to 1. */
  readonly packedFill: number;
  /** Packed micro-batches of an epoch. Padded, there would be as many as there are segments. */
  readonly microBatches: number;
  /** Optimizer steps of an epoch. */
  readonly steps: number;
}

/** What is learned of a data set at its `maxTokens`. @public */
export interface SupervisionSummary extends Omit<SupervisionReport, 'rejections'> {
  /** Supervised tokens over all, from 0 to 1. */
  readonly share: number;
  /** How many examples have a supervised share of up to 10 %, up to 20 %, and so on: ten counts. */
  readonly shares: readonly number[];
}

/** What a data set is like: plain data, to be kept as JSON or shown by {@link datasetReport}. @public */
export interface DatasetSummary {
  /** What it was made with. */
  readonly settings: {
    /** Name of the template. */
    readonly template: string;
    readonly maxTokens: number;
    readonly longRound: 'truncate-reply' | 'split' | 'drop';
    readonly batchConversations: number;
    readonly epochs: number;
    readonly seed: number;
  };
  /** What the cleaner did; absent where nothing was cleaned. */
  readonly cleaning?: CleanReport | undefined;
  /** A sample of what was left out on the way, by every stage. */
  readonly leftOut: readonly LeftOut[];
  /** Conversations that were kept: what the distributions, languages and frequent texts are of. */
  readonly conversations: number;
  /** Messages of a conversation, the system message included. */
  readonly turns: CountDistribution;
  /** Tokens of the text itself, without the template's. */
  readonly tokens: {
    /** Of a user's message. */
    readonly questions: CountDistribution;
    /** Of an assistant's message. */
    readonly replies: CountDistribution;
    /** Of all messages of a conversation. */
    readonly conversations: CountDistribution;
    /** Of a segment at `maxTokens`, template and begin token included: what is trained on. */
    readonly segments: CountDistribution;
  };
  /** The most conversations first. */
  readonly languages: readonly LanguageShare[];
  /** What is learned. */
  readonly supervision: SupervisionSummary;
  /** Shortest context first; that of `maxTokens` is among them. */
  readonly contexts: readonly ContextSummary[];
  /** The first questions that came more than once, the most frequent first: 12 at most, of each the first 160 characters. */
  readonly frequentQuestions: readonly FrequentText[];
  /** The first five words of replies, the most frequent first: 12 at most. */
  readonly frequentOpenings: readonly FrequentText[];
}
