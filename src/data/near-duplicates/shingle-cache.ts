/** Sets of shingles by the number of their document, the last used ones, in a share of the memory. */
export class ShingleCache {
  readonly #memoryBytes: number;
  readonly #read: (document: number) => Promise<Uint32Array>;
  readonly #sets = new Map<number, Uint32Array>();
  #bytes = 0;

  constructor(memoryBytes: number, read: (document: number) => Promise<Uint32Array>) {
    this.#memoryBytes = memoryBytes;
    this.#read = read;
  }

  async get(document: number): Promise<Uint32Array> {
    const known = this.#sets.get(document);
    if (known !== undefined) {
      // A map keeps the order of insertion: the last used one comes last.
      this.#sets.delete(document);
      this.#sets.set(document, known);
      return known;
    }
    const shingles = await this.#read(document);
    this.#sets.set(document, shingles);
    this.#bytes += sizeOf(shingles);
    for (const [oldest, set] of this.#sets) {
      if (this.#bytes <= this.#memoryBytes) break;
      this.#sets.delete(oldest);
      this.#bytes -= sizeOf(set);
    }
    return shingles;
  }
}

/** With what the map and the array's object take. */
const sizeOf = (shingles: Uint32Array): number => shingles.byteLength + 256;
