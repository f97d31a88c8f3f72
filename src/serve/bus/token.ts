import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { VicunaError } from '../../core/index.js';

/** What an HTTP header carries as one word; a shorter one could be guessed. */
const form = /^[\x21-\x7e]{16,1024}$/;

/** @throws VicunaError `config-invalid`. */
export function requireToken(token: string, subject: string): void {
  if (!form.test(token))
    throw new VicunaError(
      'config-invalid',
      `${subject} needs a worker token of at least 16 characters without spaces, the same on gateway and workers. ` +
        'Make one: openssl rand -hex 32',
    );
}

/** Tokens that a gateway admits, kept as hashes. */
export class TokenSet {
  readonly #hashes: readonly Buffer[];

  constructor(tokens: readonly string[], subject: string) {
    if (tokens.length === 0) requireToken('', subject);
    for (const token of tokens) requireToken(token, subject);
    this.#hashes = tokens.map(hash);
  }

  /** In a time that says nothing about where a wrong token differs, nor from which of them. */
  admits(token: string): boolean {
    const given = hash(token);
    return this.#hashes.reduce((found, known) => timingSafeEqual(known, given) || found, false);
  }

  /** The key of the token that made a {@link proofOf} these words. */
  keyOf(words: readonly string[], proof: string): Buffer | undefined {
    return this.#hashes.find((key) => isProof(key, words, proof));
  }
}

/** A token never travels where others may listen; what is made of it does. */
export function hash(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}

/** Shows that its maker knows the key, for these words only. */
export function proofOf(key: Buffer, words: readonly string[]): string {
  return createHmac('sha256', key).update(JSON.stringify(words)).digest('base64url');
}

export function isProof(key: Buffer, words: readonly string[], proof: string): boolean {
  const expected = Buffer.from(proofOf(key, words));
  const given = Buffer.from(proof);
  return expected.length === given.length && timingSafeEqual(expected, given);
}
