import type { Conversation } from '../../conversation/index.js';
import { parseConfig, type Resolved } from '../../core/index.js';
import { type MinHashConfig, minHashConfigSchema, type NearDuplicateConfig } from './config.js';
import { signatureOf } from './min-hash.js';
import { distinct, jaccard, shinglesOf } from './shingles.js';

/** The texts of a conversation that are compared. */
export function comparedTexts(
  { messages }: Conversation,
  { compare }: Pick<Resolved<NearDuplicateConfig>, 'compare'>,
): string[] {
  return messages.flatMap(({ role, content }) =>
    role === 'user' || (role === 'assistant' && compare === 'turns') ? [content] : [],
  );
}

/**
 * The signature of one conversation: a pure function of conversation and settings, whose result can be transferred between threads.
 *
 * @returns `undefined` where there is no word.
 */
export function conversationSignature(
  conversation: Conversation,
  settings: Resolved<NearDuplicateConfig>,
): Uint32Array<ArrayBuffer> | undefined {
  const { shingleWords, permutations, seed } = settings;
  return signatureOf(shinglesOf(comparedTexts(conversation, settings), shingleWords), permutations, seed);
}

/** The shingles of one conversation as a set, for {@link jaccard}. */
export function conversationShingles(
  conversation: Conversation,
  settings: Resolved<NearDuplicateConfig>,
): Uint32Array<ArrayBuffer> {
  return distinct(shinglesOf(comparedTexts(conversation, settings), settings.shingleWords));
}

/**
 * The MinHash signature of a text's word shingles, by which {@link estimateSimilarity} tells how alike two texts are.
 * Words are runs of letters and digits in any script, in lower case; in scripts without spaces each character is a word.
 * The first 1,048,576 shingles count.
 *
 * @param texts - one text, or several that are read as one.
 * @returns one unsigned 32-bit number a permutation; `undefined` for a text without a word, which is like no other.
 * @throws ConfigError
 * @public
 */
export function minHashSignature(
  texts: string | Iterable<string>,
  config: MinHashConfig = {},
): Uint32Array<ArrayBuffer> | undefined {
  const { shingleWords, permutations, seed } = parseConfig(minHashConfigSchema, config, 'minHashSignature config');
  return signatureOf(shinglesOf(listed(texts), shingleWords), permutations, seed);
}

/**
 * Counts how alike two texts are: the Jaccard similarity of their word shingles, from 0, no shingle in common, to 1. What
 * {@link removeNearDuplicates} decides by.
 *
 * @throws ConfigError
 * @public
 */
export function shingleSimilarity(
  first: string | Iterable<string>,
  second: string | Iterable<string>,
  config: Pick<MinHashConfig, 'shingleWords'> = {},
): number {
  const { shingleWords } = parseConfig(minHashConfigSchema, config, 'shingleSimilarity config');
  return jaccard(distinct(shinglesOf(listed(first), shingleWords)), distinct(shinglesOf(listed(second), shingleWords)));
}

// A string is iterable too, one character at a time.
function listed(texts: string | Iterable<string>): Iterable<string> {
  return typeof texts === 'string' ? [texts] : texts;
}
