import { isDeepStrictEqual } from 'node:util';
import * as z from 'zod';
import type { TokenizerJson } from './files.js';

/** What stands for a space in the vocabularies of sentencepiece. */
const SPACE = '\u2581';
const ASCII = 128;

/** Tokens that the tokenizer puts around a text. */
export interface Surroundings {
  readonly before: readonly number[];
  readonly after: readonly number[];
}

/**
 * Where the texts of a tokenizer can be cut without changing a token: between two characters that stand beside each
 * other in no piece of the vocabulary, since every merge makes such a piece. A vocabulary of sentencepiece holds no piece
 * that goes on past a word, so its texts fall into words and less, and words come again and again.
 */
export class PieceRule {
  /** Pairs of ASCII characters that a piece may hold, by `left * 128 + right`; the space stands for its own. */
  readonly #ascii = new Uint8Array(ASCII * ASCII);
  /** Other pairs of UTF-16 units, by `left * 65536 + right`. */
  readonly #others = new Set<number>();

  /** Ids that stand around every text. */
  readonly around: Surroundings;
  /** A `tokenizer.json` that tokenises one piece as it stands amid a text. */
  readonly jsonForPieces: string;

  private constructor(json: TokenizerJson, around: Surroundings) {
    this.around = around;
    this.jsonForPieces = JSON.stringify({ ...json, normalizer: spaceInFront.normalizers[1], post_processor: null });
    for (const piece of Object.keys(json.model.vocab)) {
      const text = piece.replaceAll(SPACE, ' ');
      for (let at = 1; at < text.length; at++) this.#join(text.charCodeAt(at - 1), text.charCodeAt(at));
    }
  }

  /**
   * @returns `undefined` for a tokenizer whose texts need not fall apart so: one that is not LLaMA's kind of BPE (a space
   * put in front, spaces spelled as `▁`, bytes for what the vocabulary has not), and one that has a rule of its own for it.
   */
  static of(json: TokenizerJson): PieceRule | undefined {
    const { normalizer, pre_tokenizer, added_tokens, model } = json;
    const { type, vocab } = model;
    if (type !== 'BPE' || Array.isArray(vocab) || pre_tokenizer != null) return undefined;
    if (model.byte_fallback !== true || model.ignore_merges === true) return undefined;
    if (model.continuing_subword_prefix || model.end_of_word_suffix) return undefined;
    if (!isDeepStrictEqual(normalizer, spaceInFront)) return undefined;
    // Others may swallow what stands around them.
    const areOrdinary = added_tokens.every(
      ({ special, content, ...token }) =>
        special && !/[ \u2581]/.test(content) && !token.lstrip && !token.rstrip && !token.single_word,
    );
    if (!areOrdinary || !(SPACE in vocab)) return undefined;
    // Bytes that merge with others would do so across any cut.
    const bytes = Object.keys(vocab).filter((piece) => piece.includes('<0x'));
    if (bytes.length !== 256 || !bytes.every((piece) => /^<0x[0-9A-F]{2}>$/.test(piece))) return undefined;
    const around = surroundings(json.post_processor);
    return around && new PieceRule(json, around);
  }

  /** Where the piece that begins at `start` ends, at `limit` at the latest. The text is well-formed and has its spaces as spaces. */
  end(text: string, start: number, limit: number): number {
    let left = text.charCodeAt(start);
    for (let at = start + 1; at < limit; at++) {
      const right = text.charCodeAt(at);
      if (!this.#joins(left, right)) return at;
      left = right;
    }
    return limit;
  }

  #join(left: number, right: number): void {
    if (left < ASCII && right < ASCII) this.#ascii[left * ASCII + right] = 1;
    else this.#others.add(left * 65536 + right);
  }

  #joins(left: number, right: number): boolean {
    if (left < ASCII && right < ASCII) return this.#ascii[left * ASCII + right] === 1;
    return isLowHalf(right) || this.#others.has(left * 65536 + right);
  }
}

/** @returns `undefined` where it does more than put tokens around a text. */
function surroundings(processor: TokenizerJson['post_processor']): Surroundings | undefined {
  if (processor == null) return { before: [], after: [] };
  const parsed = templateProcessing.safeParse(processor).data;
  if (parsed === undefined) return undefined;
  const { single, special_tokens: special } = parsed;
  const text = single.findIndex((part) => 'Sequence' in part);
  const ids = (parts: typeof single) =>
    parts.flatMap((part) => ('SpecialToken' in part ? (special[part.SpecialToken.id]?.ids ?? []) : []));
  return { before: ids(single.slice(0, text)), after: ids(single.slice(text + 1)) };
}

const templateProcessing = z.object({
  type: z.literal('TemplateProcessing'),
  single: z.array(
    z.union([z.object({ SpecialToken: z.object({ id: z.string() }) }), z.object({ Sequence: z.object({}) })]),
  ),
  special_tokens: z.record(z.string(), z.object({ ids: z.array(z.int()) })),
});

const spaceInFront = {
  type: 'Sequence',
  normalizers: [
    { type: 'Prepend', prepend: SPACE },
    { type: 'Replace', pattern: { String: ' ' }, content: SPACE },
  ],
} as const;

/** The second half of a character outside the basic plane, which no cut may part from the first. */
function isLowHalf(unit: number): boolean {
  return (unit & 0xfc00) === 0xdc00;
}
