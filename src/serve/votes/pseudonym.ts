import { createHmac, randomBytes } from 'node:crypto';

/** Enough that two voters of a log never share a name. */
const pseudonymBytes = 12;

/**
 * Names for voters: the same for the same person, and of no use to who reads the log.
 *
 * A voter is a key, and who uses it where the client says so (`user`). The name is an HMAC under the key's hash, which the
 * server's configuration has and the log has not. Without keys it is one under a secret of this process: such voters
 * have a new name after a restart.
 */
export class Pseudonyms {
  readonly #secret = randomBytes(32);

  /** @returns `undefined` where nothing tells one voter from another. */
  of(keyHash: string | undefined, user: string | undefined): string | undefined {
    if (keyHash === undefined && user === undefined) return undefined;
    return createHmac('sha256', keyHash ?? this.#secret)
      .update(`voter\0${user ?? ''}`)
      .digest()
      .subarray(0, pseudonymBytes)
      .toString('hex');
  }
}
