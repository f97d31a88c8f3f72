/** What a strict reading of one JSON value comes to. Positions are in the bytes that were given. */
export type JsonSyntax =
  | { readonly kind: 'valid'; readonly end: number }
  /** A valid beginning of a value that the end of the bytes cuts off. */
  | { readonly kind: 'incomplete'; readonly inside: string }
  | {
      readonly kind: 'invalid';
      readonly position: number;
      readonly expected: string;
      /** From where a next value may begin: the last string, if its closing quote may be the lost one. */
      readonly resume: number;
    };

const number = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
const literals = ['true', 'false', 'null'] as const;

const code = (character: string) => character.charCodeAt(0);
const [quote, backslash, comma, colon, minus] = ['"', '\\', ',', ':', '-'].map(code) as [
  number,
  number,
  number,
  number,
  number,
];
const [openObject, closeObject, openArray, closeArray] = ['{', '}', '[', ']'].map(code) as [
  number,
  number,
  number,
  number,
];
const escapes = new Set([...'"\\/bfnrt'].map(code));

/**
 * Finds where JSON goes wrong (RFC 8259), to the byte. `JSON.parse` does not say where in every version of Node, and only
 * knows one value; this one is slower and runs only once something is known to be wrong.
 */
export function checkJson(bytes: Buffer, start: number, end: number): JsonSyntax {
  return new JsonChecker(bytes, start, end).run();
}

type Expecting = 'value' | 'first value' | 'key' | 'first key' | 'separator';

class JsonChecker {
  readonly #bytes: Buffer;
  readonly #end: number;
  #position: number;
  /** Brackets that are open, innermost last: a stack of our own, since nesting has no bound. */
  readonly #open: number[] = [];
  #expecting: Expecting = 'value';
  #verdict: JsonSyntax | undefined;
  #lastString = -1;
  #lastStringEnd = -1;

  constructor(bytes: Buffer, start: number, end: number) {
    this.#bytes = bytes;
    this.#position = start;
    this.#end = end;
  }

  run(): JsonSyntax {
    while (this.#verdict === undefined) {
      this.#skipSpace();
      if (this.#position >= this.#end) this.#incomplete(this.#innermost());
      else if (this.#expecting === 'separator') this.#separator();
      else if (this.#expecting === 'key' || this.#expecting === 'first key') this.#key();
      else this.#value();
    }
    return this.#verdict;
  }

  #value(): void {
    const byte = this.#bytes[this.#position]!;
    if (byte === openObject || byte === openArray) {
      this.#open.push(byte);
      this.#expecting = byte === openObject ? 'first key' : 'first value';
      this.#position++;
    } else if (byte === closeArray && this.#expecting === 'first value') this.#close();
    else if (byte === quote) this.#string();
    else if (byte === minus || isDigit(byte)) this.#number();
    else this.#literal();
    if (byte !== openObject && byte !== openArray) this.#valueEnded();
  }

  #valueEnded(): void {
    this.#expecting = 'separator';
    if (this.#open.length === 0 && this.#verdict === undefined) this.#verdict = { kind: 'valid', end: this.#position };
  }

  #separator(): void {
    const byte = this.#bytes[this.#position]!;
    const inObject = this.#open.at(-1) === openObject;
    if (byte === comma) {
      this.#position++;
      this.#expecting = inObject ? 'key' : 'value';
    } else if (byte === (inObject ? closeObject : closeArray)) {
      this.#close();
      this.#valueEnded();
    } else this.#invalid(inObject ? "',' or '}' after a value" : "',' or ']' after a value");
  }

  #key(): void {
    const byte = this.#bytes[this.#position]!;
    if (byte === closeObject && this.#expecting === 'first key') {
      this.#close();
      this.#valueEnded();
      return;
    }
    if (byte !== quote) {
      this.#invalid('a field name in double quotes');
      return;
    }
    this.#string();
    this.#skipSpace();
    if (this.#verdict !== undefined) return;
    if (this.#position >= this.#end) this.#incomplete('an object');
    else if (this.#bytes[this.#position] !== colon) this.#invalid("':' after a field name");
    else {
      this.#position++;
      this.#expecting = 'value';
    }
  }

  #string(): void {
    for (let position = this.#position + 1; position < this.#end; position++) {
      const byte = this.#bytes[position]!;
      if (byte === quote) {
        this.#lastString = this.#position;
        this.#position = position + 1;
        this.#lastStringEnd = this.#position;
        return;
      }
      if (byte < 0x20) {
        this.#position = position;
        this.#invalid("the closing '\"' of a string, or line breaks and tabs in it written as \\n and \\t");
        return;
      }
      if (byte === backslash) {
        const skipped = this.#escape(position);
        if (skipped === undefined) return;
        position += skipped;
      }
    }
    this.#incomplete('a string');
  }

  /** @returns how many bytes follow the backslash, or `undefined` where they are wrong or missing. */
  #escape(position: number): number | undefined {
    const byte = position + 1 < this.#end ? this.#bytes[position + 1]! : undefined;
    if (byte === undefined || escapes.has(byte)) return 1;
    const wanted = byte === code('u') ? 4 : 0;
    const digits = this.#bytes.toString('latin1', position + 2, Math.min(position + 2 + wanted, this.#end));
    if (wanted > 0 && /^[0-9a-fA-F]*$/.test(digits)) return 1 + wanted;
    this.#position = position;
    this.#invalid('an escape such as \\n, \\" or \\u00e9');
    return undefined;
  }

  #number(): void {
    let position = this.#position;
    while (position < this.#end && isNumberByte(this.#bytes[position]!)) position++;
    if (number.test(this.#bytes.toString('latin1', this.#position, position))) this.#position = position;
    else if (position === this.#end) this.#incomplete('a number');
    else this.#invalid('a number such as -1.5e3');
  }

  #literal(): void {
    const rest = this.#bytes.toString('latin1', this.#position, Math.min(this.#position + 5, this.#end));
    const literal = literals.find((word) => rest.startsWith(word));
    if (literal !== undefined) this.#position += literal.length;
    else if (this.#position + rest.length === this.#end && literals.some((word) => word.startsWith(rest)))
      this.#incomplete('a word');
    else this.#invalid('a value');
  }

  #close(): void {
    this.#open.pop();
    this.#position++;
  }

  #skipSpace(): void {
    while (this.#position < this.#end && isSpace(this.#bytes[this.#position]!)) this.#position++;
  }

  #innermost(): string {
    const open = this.#open.at(-1);
    return open === undefined ? 'nothing yet' : open === openObject ? 'an object' : 'an array';
  }

  #incomplete(inside: string): void {
    this.#verdict ??= { kind: 'incomplete', inside };
  }

  #invalid(expected: string): void {
    const position = this.#position;
    const resume = position === this.#lastStringEnd ? this.#lastString : position;
    this.#verdict ??= { kind: 'invalid', position, expected, resume };
  }
}

/** Space, tab, line feed, carriage return: all the white space JSON has. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
const isNumberByte = (byte: number) =>
  isDigit(byte) || byte === minus || byte === code('+') || byte === code('.') || (byte | 0x20) === code('e');

/** What stands at a position, for people: `'}'`, `NaN`, `byte 0x00`, `the end of the file`. */
export function describeFound(bytes: Buffer, position: number, end: number): string {
  if (position >= end) return 'the end of the file';
  const text = bytes.toString('utf8', position, Math.min(position + 16, end));
  const word = /^-?[A-Za-z_]{2,12}/.exec(text)?.[0];
  if (word !== undefined) return word;
  const character = String.fromCodePoint(text.codePointAt(0)!);
  if (character === '\n' || character === '\r') return 'the end of the line';
  if (character === '\t') return 'a tab';
  if (bytes[position]! < 0x20 || character === '\ufffd')
    return `byte 0x${bytes[position]!.toString(16).padStart(2, '0')}`;
  return character === "'" ? `"'"` : `'${character}'`;
}
