/**
 * A vocabulary by its bytes: tokens that begin alike share the way there, so that all tokens which may come next are
 * found by one walk that turns back wherever nothing matches.
 */
export class TokenTrie {
  readonly size: number;
  /** Nodes in the order of a walk that visits a node before what is below it. */
  readonly byte: Uint8Array;
  readonly depth: Int32Array;
  /** The next node that is not below. */
  readonly skip: Int32Array;
  /** The first token that ends at the node, or -1. */
  readonly token: Int32Array;
  readonly #tokens: readonly (Uint8Array | undefined)[];
  /** The next token of the same bytes, or -1: a vocabulary may write a byte in two ways. */
  readonly sameAs: Int32Array;

  /** @param tokens - the bytes of every token by id; `undefined` or empty where a token writes nothing (special ones). */
  constructor(tokens: readonly (Uint8Array | undefined)[]) {
    this.size = tokens.length;
    this.#tokens = tokens;
    this.sameAs = new Int32Array(tokens.length).fill(-1);
    const sorted = tokens
      .map((bytes, id) => ({ bytes, id }))
      .filter((token): token is { bytes: Uint8Array; id: number } => (token.bytes?.length ?? 0) > 0)
      .sort((first, second) => compareBytes(first.bytes, second.bytes) || first.id - second.id);
    const byte: number[] = [];
    const depth: number[] = [];
    const token: number[] = [];
    let previous: { bytes: Uint8Array; id: number } | undefined;
    for (const { bytes, id } of sorted) {
      const shared = previous === undefined ? 0 : commonLength(previous.bytes, bytes);
      if (previous !== undefined && shared === bytes.length && shared === previous.bytes.length)
        this.sameAs[previous.id] = id;
      else
        for (let at = shared; at < bytes.length; at++) {
          byte.push(bytes[at]!);
          depth.push(at + 1);
          token.push(at + 1 === bytes.length ? id : -1);
        }
      previous = { bytes, id };
    }
    this.byte = Uint8Array.from(byte);
    this.depth = Int32Array.from(depth);
    this.token = Int32Array.from(token);
    this.skip = skips(this.depth);
  }

  /** @returns none for a token that writes nothing. */
  bytesOf(token: number): Uint8Array {
    return this.#tokens[token] ?? none;
  }
}

const none = new Uint8Array();

function compareBytes(first: Uint8Array, second: Uint8Array): number {
  const shared = commonLength(first, second);
  if (shared === first.length || shared === second.length) return first.length - second.length;
  return first[shared]! - second[shared]!;
}

function commonLength(first: Uint8Array, second: Uint8Array): number {
  const limit = Math.min(first.length, second.length);
  let length = 0;
  while (length < limit && first[length] === second[length]) length++;
  return length;
}

function skips(depth: Int32Array): Int32Array {
  const skip = new Int32Array(depth.length);
  const open: number[] = [];
  for (let node = 0; node < depth.length; node++) {
    while (open.length >= depth[node]!) skip[open.pop()!] = node;
    open.push(node);
  }
  for (const node of open) skip[node] = depth.length;
  return skip;
}
