/** Where bytes come from, pulled as the caller has room for them. */
export interface ByteReader {
  /** What to call it in errors: the path as it was given, or `(stream)`. */
  readonly name: string;
  /** Bytes in all as they are stored, where known. */
  readonly size: number | undefined;
  /** Bytes taken so far, as they are stored: compressed where the input is. */
  readonly taken: number;
  /** Fills `into` from its beginning. @returns how many bytes, 0 at the end of the input. */
  read(into: Uint8Array): Promise<number>;
  /** Frees what it holds; harmless when called twice. */
  close(): Promise<void>;
}

/** Puts bytes that were read to look at them back in front. */
export function withBytesInFront(front: Uint8Array, reader: ByteReader): ByteReader {
  let rest = front;
  return {
    name: reader.name,
    size: reader.size,
    get taken() {
      return reader.taken;
    },
    async read(into) {
      if (rest.length === 0) return reader.read(into);
      const count = Math.min(rest.length, into.length);
      into.set(rest.subarray(0, count));
      rest = rest.subarray(count);
      return count;
    },
    close: () => reader.close(),
  };
}
