/** The tokens of a piece of text. */
export interface Piece {
  /** Of the text, in UTF-16 units. */
  readonly length: number;
  readonly ids: ArrayLike<number>;
  /** Start and end of every token in the piece. */
  readonly offsets: ArrayLike<number>;
}

// Words of many languages and pieces of code come to some ten thousands; what comes again soon is found among as many.
const MOST_PIECES = 1 << 16;
/** Longer ones hardly come again. */
const LONGEST = 48;

/** Pieces met before, by their text. Those that were not met for long make room for new ones. */
export class PieceTable {
  #recent = new Map<string, Piece>();
  #older = new Map<string, Piece>();

  get(text: string): Piece | undefined {
    const recent = this.#recent.get(text);
    if (recent !== undefined) return recent;
    const older = this.#older.get(text);
    if (older !== undefined) this.#add(text, older);
    return older;
  }

  set(text: string, piece: Piece): void {
    // A part of a long string would hold all of it.
    if (text.length <= LONGEST) this.#add(Buffer.from(text, 'utf16le').toString('utf16le'), piece);
  }

  #add(text: string, piece: Piece): void {
    if (this.#recent.size >= MOST_PIECES) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(text, piece);
  }
}
