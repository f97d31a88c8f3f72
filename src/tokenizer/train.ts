import * as z from 'zod';
import { type CallOptions, parseConfig, type Resolved, type Run, type Source, startRun } from '../core/index.js';
import { learnMerges, type Merge } from './bpe-trainer.js';
import { byteLevelAlphabet } from './byte-level.js';
import { byteLevelTokenizerJson } from './byte-level-json.js';
import { parseTokenizerJson } from './files.js';
import { NativeTokenizer } from './native-tokenizer.js';
import type { Tokenizer } from './types.js';
import { WordCounts } from './word-counts.js';

/** How to train a tokenizer. @public */
export interface TokenizerTrainingConfig {
  /**
   * Most tokens of the vocabulary: 3 special tokens, 256 bytes, and merges. Fewer where the texts have fewer pairs to
   * merge. @defaultValue `8192`
   */
  readonly vocabularySize?: number | undefined;
  /** Pairs that come more rarely are not merged. @defaultValue `2` */
  readonly minimumCount?: number | undefined;
}

const UNKNOWN = '<unk>';
const BEGIN = '<s>';
const END = '</s>';
const specialTokens = [UNKNOWN, BEGIN, END];

/** @internal */
export const tokenizerTrainingConfigSchema: z.ZodType<
  Resolved<TokenizerTrainingConfig>,
  TokenizerTrainingConfig
> = z.strictObject({
  vocabularySize: z
    .int()
    .min(specialTokens.length + byteLevelAlphabet.length, 'needs room for 3 special tokens and 256 bytes')
    .max(2 ** 24)
    .default(8192),
  minimumCount: z.int().positive().default(2),
});

/** What happens while a tokenizer is trained. @public */
export type TokenizerTrainingEvent =
  | { readonly type: 'texts-counted'; readonly texts: number; readonly distinctWords: number }
  | { readonly type: 'token-learned'; readonly text: string; readonly count: number };

/**
 * Trains a byte-level BPE tokenizer, of the kind of GPT-2 and LLaMA 3: any text can be encoded, and decodes to itself.
 * Special tokens are LLaMA's: `<unk>` 0, `<s>` 1 (put in front of every text), `</s>` 2. The same texts give the same
 * tokenizer.
 *
 * @throws ConfigError
 * @public
 */
export function trainTokenizer(
  texts: Source<string>,
  config: TokenizerTrainingConfig = {},
  options: CallOptions = {},
): Run<TokenizerTrainingEvent, Tokenizer> {
  const { vocabularySize, minimumCount } = parseConfig(tokenizerTrainingConfigSchema, config, 'trainTokenizer config');
  return startRun<TokenizerTrainingEvent, Tokenizer>(async function* (signal) {
    const words = new WordCounts();
    let read = 0;
    for await (const text of texts) {
      signal.throwIfAborted();
      words.add(text);
      options.onProgress?.({ phase: 'read', done: ++read });
    }
    yield { type: 'texts-counted', texts: read, distinctWords: words.size };

    const vocabulary = new Map([...specialTokens, ...byteLevelAlphabet].map((token, id) => [token, id]));
    const merges: Merge[] = [];
    if (vocabulary.size < vocabularySize)
      for (const merge of learnMerges(words.spelled(), vocabulary, minimumCount, new Set(specialTokens))) {
        merges.push(merge);
        options.onProgress?.({ phase: 'merge', done: vocabulary.size, total: vocabularySize });
        yield { type: 'token-learned', text: merge.left + merge.right, count: merge.count };
        // A loop over what is at hand never reaches the event loop by itself, and no signal would ever be heard.
        if (merges.length % 256 === 0) await new Promise((resolve) => setImmediate(resolve));
        if (vocabulary.size >= vocabularySize) break;
      }
    return assemble(vocabulary, merges);
  }, options);
}

async function assemble(vocabulary: ReadonlyMap<string, number>, merges: readonly Merge[]): Promise<Tokenizer> {
  const source = byteLevelTokenizerJson({
    vocabulary,
    merges,
    specialTokens: specialTokens.map((content, id) => ({ id, content })),
    beginToken: BEGIN,
  });
  const path = 'the trained tokenizer';
  return NativeTokenizer.create({
    path,
    source,
    tokenizer: parseTokenizerJson(source, path),
    config: { bos_token: BEGIN, eos_token: END, unk_token: UNKNOWN },
    generation: {},
  });
}
