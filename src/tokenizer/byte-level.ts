/**
 * The byte-level alphabet of GPT-2: every byte has a printable character. Bytes that print in Latin-1 stand for
 * themselves, the others take the characters from U+0100 on, in order.
 */
const characterOfByte: readonly string[] = (() => {
  const characters: string[] = [];
  let next = 0x100;
  for (let byte = 0; byte < 256; byte++) {
    const prints = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    characters.push(String.fromCharCode(prints ? byte : next++));
  }
  return characters;
})();

const byteOfCharacter: ReadonlyMap<string, number> = new Map(
  characterOfByte.map((character, byte) => [character, byte]),
);

const utf8 = new TextEncoder();

/** The 256 characters that stand for bytes, in the order of their code points. */
export const byteLevelAlphabet: readonly string[] = [...characterOfByte].sort();

/** The character that stands for a byte. @internal */
export function characterOf(byte: number): string {
  return characterOfByte[byte]!;
}

/** Spells a text's UTF-8 bytes in the alphabet. */
export function toByteLevel(text: string): string {
  let spelled = '';
  for (const byte of utf8.encode(text)) spelled += characterOfByte[byte];
  return spelled;
}

/** The bytes a token spells; a token with any other character is taken literally, as an added token is. @internal */
export function fromByteLevel(token: string): Uint8Array {
  const bytes = new Uint8Array(token.length);
  for (let index = 0; index < token.length; index++) {
    const byte = byteOfCharacter.get(token[index]!);
    if (byte === undefined) return utf8.encode(token);
    bytes[index] = byte;
  }
  return bytes;
}
