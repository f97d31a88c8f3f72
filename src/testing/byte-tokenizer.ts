import {
  ByteStreamDecoder,
  byteLevelTokenizerJson,
  characterOf,
  type EncodeOptions,
  type Encoding,
  fromByteLevel,
  type MarkedText,
  saveTokenizer,
  type Tokenizer,
} from '../tokenizer/index.js';

const BYTES = 256;
const beginToken = { id: BYTES, text: '<s>' };
const endToken = { id: BYTES + 1, text: '</s>' };
const special = [beginToken, endToken];

/**
 * A tokenizer for tests: a token a UTF-8 byte, whose id is the byte, and `<s>` 256 (in front of every text) and `</s>`
 * 257. It loads no native code and reads no file, and does all that a real one does; what it saves, `loadTokenizer`
 * loads.
 *
 * @public
 */
export function byteTokenizer(): Tokenizer {
  const vocabularySize = BYTES + special.length;
  const idToToken = (id: number) => (id < BYTES ? characterOf(id) : special[id - BYTES]?.text);
  const vocabulary = new Map(Array.from({ length: BYTES }, (_, byte) => [characterOf(byte), byte]));
  const ids = new Map([...vocabulary, ...special.map(({ text, id }) => [text, id] as const)]);
  const decodable = { vocabularySize, idToToken, isSpecial: (id: number) => id >= BYTES };
  const plan = { bytes: fromByteLevel, leadingSpaces: 0 };
  const tokenizer: Tokenizer = {
    vocabularySize,
    beginToken,
    endToken,
    endTokenIds: [endToken.id],
    specialTokens: new Map(special.map(({ text, id }) => [text, id])),
    encode: async (text, options) => encodeBytes(text, options),
    encodeBatch: async (texts, options) => texts.map((text) => encodeBytes(text, options)),
    async decode(all, options) {
      const decoder = tokenizer.streamDecoder(options);
      return decoder.push(all) + decoder.end();
    },
    streamDecoder: (options) => new ByteStreamDecoder(decodable, plan, options),
    tokenToId: (token) => ids.get(token),
    idToToken,
    tokenBytes: (id) => (Number.isInteger(id) && id >= 0 && id < BYTES ? Uint8Array.of(id) : undefined),
    async save(directory) {
      const specialTokens = special.map(({ text, id }) => ({ content: text, id }));
      const source = byteLevelTokenizerJson({
        vocabulary: ids,
        merges: [],
        specialTokens,
        beginToken: beginToken.text,
      });
      await saveTokenizer(directory, { source, config: {} }, tokenizer);
    },
  };
  return tokenizer;
}

const utf8 = new TextEncoder();

function encodeBytes(input: string | MarkedText, options: EncodeOptions = {}): Encoding {
  const text = typeof input === 'string' ? input : input.text;
  const controls = typeof input === 'string' ? undefined : new Set(input.controls);
  const isComplete = typeof input !== 'string' && input.isComplete === true;
  const addSpecialTokens = !isComplete && (options.addSpecialTokens ?? true);
  const ids: number[] = addSpecialTokens ? [beginToken.id] : [];
  const offsets: number[] = addSpecialTokens ? [0, 0] : [];
  for (let at = 0; at < text.length; ) {
    const control = (controls?.has(at) ?? true) ? special.find((token) => text.startsWith(token.text, at)) : undefined;
    const piece = control?.text ?? String.fromCodePoint(text.codePointAt(at)!);
    for (const id of control === undefined ? utf8.encode(piece) : [control.id]) {
      ids.push(id);
      offsets.push(at, at + piece.length);
    }
    at += piece.length;
  }
  return {
    length: ids.length,
    ids: Int32Array.from(ids),
    offsets: Int32Array.from(offsets),
    firstTokenPast(position) {
      for (let token = 0; token < ids.length; token++) if (offsets[2 * token + 1]! > position) return token;
      return ids.length;
    },
  };
}
