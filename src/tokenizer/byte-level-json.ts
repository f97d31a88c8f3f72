/** A byte-level BPE tokenizer: what it consists of. */
export interface ByteLevelTokenizer {
  /** Tokens in the byte-level alphabet, and their ids. */
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: readonly { readonly left: string; readonly right: string }[];
  readonly specialTokens: readonly { readonly id: number; readonly content: string }[];
  /** The special token put in front of every text. */
  readonly beginToken: string;
}

/** Writes the `tokenizer.json` of a byte-level BPE tokenizer of the kind of GPT-2 and LLaMA 3. @internal */
export function byteLevelTokenizerJson({ vocabulary, merges, specialTokens, beginToken }: ByteLevelTokenizer): string {
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: false, use_regex: true };
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const begin = { SpecialToken: { id: beginToken, type_id: 0 } };
  const text = (id: string, type_id: number) => ({ Sequence: { id, type_id } });
  const beginId = specialTokens.find(({ content }) => content === beginToken)?.id;
  return JSON.stringify({
    version: '1.0',
    truncation: null,
    padding: null,
    added_tokens: specialTokens.map((token) => ({ ...token, ...flags })),
    normalizer: null,
    pre_tokenizer: byteLevel,
    post_processor: {
      type: 'TemplateProcessing',
      single: [begin, text('A', 0)],
      pair: [begin, text('A', 0), text('B', 1)],
      special_tokens: { [beginToken]: { id: beginToken, ids: [beginId], tokens: [beginToken] } },
    },
    decoder: byteLevel,
    model: {
      type: 'BPE',
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: false,
      vocab: Object.fromEntries(vocabulary),
      merges: merges.map(({ left, right }) => [left, right]),
    },
  });
}
