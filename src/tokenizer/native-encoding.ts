import type { JsEncoding } from 'tokenizers';
import { TextPositions } from './offsets.js';
import type { Encoding } from './types.js';

/** An encoding that stays in the native library until it is asked for: copying ids and offsets out costs as much as making them. */
export class NativeEncoding implements Encoding {
  readonly length: number;
  readonly #native: JsEncoding;
  readonly #text: string;
  #positions: TextPositions | undefined;
  #ids: Int32Array | undefined;
  #offsets: Int32Array | undefined;

  constructor(native: JsEncoding, text: string) {
    this.#native = native;
    this.#text = text;
    this.length = native.getLength();
  }

  get ids(): Int32Array {
    this.#ids ??= new Int32Array(this.#native.getIds());
    return this.#ids;
  }

  get offsets(): Int32Array {
    this.#offsets ??= this.#textPositions.toUnits(this.#native.getOffsets());
    return this.#offsets;
  }

  firstTokenPast(position: number): number {
    const end = this.#textPositions.toCodePoints(this.#text.length);
    // A character that belongs to no token (whitespace that a pre-tokenizer drops) is stepped over.
    for (let at = this.#textPositions.toCodePoints(position); at < end; at++) {
      const token = this.#native.charToToken(at);
      if (token !== null) return token;
    }
    return this.#tokensOfText();
  }

  /** Tokens added behind the text have an empty range. */
  #tokensOfText(): number {
    let count = this.length;
    while (count > 0 && (this.#native.tokenToChars(count - 1)?.[1] ?? 0) === 0) count--;
    return count;
  }

  get #textPositions(): TextPositions {
    this.#positions ??= new TextPositions(this.#text);
    return this.#positions;
  }
}
