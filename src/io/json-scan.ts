const quote = 0x22;
const backslash = 0x5c;

/**
 * Finds the end of a JSON value by its quotes and brackets alone, a piece at a time: the inner loop of the array reader.
 * Whether brackets match and everything else is right is for `JSON.parse` to say afterwards.
 */
export class JsonScan {
  #kind: 'nested' | 'scalar' = 'scalar';
  #depth = 0;
  #inString = false;

  /** @param first - the value's first byte. */
  begin(first: number): void {
    this.#kind = first === quote || isBracket(first) ? 'nested' : 'scalar';
    this.#depth = 0;
    this.#inString = false;
  }

  /**
   * Looks at `[position, end)`.
   *
   * @returns the position after the value, or the negative of where to go on plus one (`~position`). That may be one past
   * `end`, since the byte after a backslash is skipped.
   */
  advance(bytes: Buffer, position: number, end: number): number {
    return this.#kind === 'nested' ? this.#nested(bytes, position, end) : scalar(bytes, position, end);
  }

  #nested(bytes: Buffer, from: number, end: number): number {
    let position = from;
    let depth = this.#depth;
    let inString = this.#inString;
    while (position < end) {
      if (inString) {
        position = afterString(bytes, position, end);
        if (position < 0) {
          position = ~position;
          break;
        }
        if (depth === 0) return position;
        inString = false;
        continue;
      }
      const byte = bytes[position++]!;
      if (byte === quote) inString = true;
      // Setting this bit makes '[' into '{' and ']' into '}'.
      else if ((byte | 0x20) === 0x7b) depth++;
      else if ((byte | 0x20) === 0x7d && --depth === 0) return position;
    }
    this.#depth = depth;
    this.#inString = inString;
    return ~position;
  }
}

/** The position after a string's closing quote, or where to go on as {@link JsonScan.advance} tells it. */
function afterString(bytes: Buffer, from: number, end: number): number {
  let position = from;
  while (position < end) {
    const byte = bytes[position++];
    if (byte === quote) return position;
    if (byte === backslash) position++;
  }
  return ~position;
}

function scalar(bytes: Buffer, from: number, end: number): number {
  for (let position = from; position < end; position++) if (endsScalar(bytes[position]!)) return position;
  return ~Math.max(from, end);
}

const isBracket = (byte: number) => (byte | 0x20) === 0x7b;

/** White space and the punctuation that stands between values. */
function endsScalar(byte: number): boolean {
  return byte <= 0x20 || byte === 0x2c || byte === 0x3a || (byte | 0x20) === 0x7d;
}
