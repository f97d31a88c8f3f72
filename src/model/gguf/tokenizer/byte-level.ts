import type { TokenizerJson } from '../../../tokenizer/index.js';
import { addedTokens, type Pieces, vocabularyOf } from './pieces.js';

const byteLevel = (useRegex: boolean) => ({
  type: 'ByteLevel',
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const splitBy = (pattern: string) => ({
  type: 'Sequence',
  pretokenizers: [
    { type: 'Split', pattern: { Regex: pattern }, behavior: 'Isolated', invert: false },
    byteLevel(false),
  ],
});

/** How a text is cut before bytes are merged, under the names that llama.cpp knows. */
interface Cut {
  readonly json: Readonly<Record<string, unknown>>;
  /** A word that is a token as a whole is not merged from its bytes. */
  readonly ignoreMerges: boolean;
}

const cuts: Readonly<Record<string, Cut>> = {
  'gpt-2': { json: byteLevel(true), ignoreMerges: false },
  'llama-bpe': {
    json: splitBy(
      "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    ),
    ignoreMerges: true,
  },
  smollm: {
    json: { type: 'Sequence', pretokenizers: [{ type: 'Digits', individual_digits: true }, byteLevel(true)] },
    ignoreMerges: false,
  },
};

/** llama.cpp's other names of LLaMA 3's cut. */
const aliases: Readonly<Record<string, string>> = { llama3: 'llama-bpe', 'llama-v3': 'llama-bpe', gpt2: 'gpt-2' };

/** Names of the cuts that are known here. */
export const knownCuts: readonly string[] = Object.keys(cuts);

/** The name of a `tokenizer.json`'s cut; `undefined` where llama.cpp has none for it, as far as is known here. */
export function cutOf({ model, normalizer, pre_tokenizer: pre }: TokenizerJson): string | undefined {
  if (model.type !== 'BPE' || normalizer != null || pre == null) return undefined;
  const ignoreMerges = model.ignore_merges === true;
  const found = Object.entries(cuts).find(
    ([, cut]) => cut.ignoreMerges === ignoreMerges && canonical(cut.json) === canonical(pre),
  );
  return found?.[0];
}

/** `trim_offsets` moves offsets only. */
function canonical(json: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(json, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
    const fields = Object.entries(value).filter(([name]) => name !== 'trim_offsets');
    return Object.fromEntries(fields.sort(([one], [other]) => (one < other ? -1 : 1)));
  });
}

/** Merges as GGUF lists them: `left right`. */
export function mergesOf({ model }: TokenizerJson): string[] {
  const merges = (model.merges ?? []) as readonly (string | readonly [string, string])[];
  return merges.map((merge) => (typeof merge === 'string' ? merge : merge.join(' ')));
}

/** @returns `undefined` for a cut that is not known here. */
export function byteLevelJson(pieces: Pieces, merges: readonly string[], name: string): object | undefined {
  const cut = cuts[aliases[name] ?? name];
  if (cut === undefined) return undefined;
  return {
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: addedTokens(pieces),
    normalizer: null,
    pre_tokenizer: cut.json,
    post_processor: null,
    decoder: byteLevel(true),
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: cut.ignoreMerges,
      vocab: vocabularyOf(pieces),
      merges: merges.map((merge) => merge.split(' ')),
    },
  };
}
