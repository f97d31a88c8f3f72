import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadTokenizer, type Tokenizer } from '../../src/tokenizer/index.js';
import { sharedData } from './shared-data.js';
import { temporaryDirectory } from './temporary.js';

/** The real LLaMA tokenizer, where the reference data is at hand. */
export const llamaTokenizerPath = sharedData('data/tokenizer/llama-tokenizer.json');

// Later letters of a merge are merged first, as in a trained vocabulary.
const merges = ['U S', 'E R', '▁ US', '▁US ER', 'h e', '▁ t', '▁t he', 'a t', '▁ A', '▁ ▁', '< /', 'l l', 'o .', 'e s'];

/** A `tokenizer.json` of LLaMA's kind (sentencepiece BPE with byte fallback) and some hundred tokens. */
export function tinyLlamaJson(overrides: Record<string, unknown> = {}) {
  const bytes = Array.from({ length: 256 }, (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`);
  const letters = [...'▁abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:;!?</>#|_'];
  const pieces = ['<unk>', '<s>', '</s>', ...bytes, ...letters, ...merges.map((merge) => merge.replace(' ', ''))];
  const special = (id: number, normalized = false) => ({
    id,
    content: pieces[id],
    single_word: false,
    lstrip: false,
    rstrip: false,
    normalized,
    special: true,
  });
  return {
    version: '1.0',
    truncation: null as unknown,
    padding: null as unknown,
    added_tokens: [special(0), special(1), special(2)],
    normalizer: {
      type: 'Sequence',
      normalizers: [
        { type: 'Prepend', prepend: '▁' },
        { type: 'Replace', pattern: { String: ' ' }, content: '▁' },
      ],
    } as unknown,
    pre_tokenizer: null as unknown,
    post_processor: {
      type: 'TemplateProcessing',
      single: [{ SpecialToken: { id: '<s>', type_id: 0 } }, { Sequence: { id: 'A', type_id: 0 } }],
      pair: [{ Sequence: { id: 'A', type_id: 0 } }, { Sequence: { id: 'B', type_id: 1 } }],
      special_tokens: { '<s>': { id: '<s>', ids: [1], tokens: ['<s>'] } },
    } as unknown,
    decoder: {
      type: 'Sequence',
      decoders: [
        { type: 'Replace', pattern: { String: '▁' }, content: ' ' },
        { type: 'ByteFallback' },
        { type: 'Fuse' },
        { type: 'Strip', content: ' ', start: 1, stop: 0 },
      ],
    } as unknown,
    model: {
      type: 'BPE',
      dropout: null as number | null,
      unk_token: '<unk>',
      fuse_unk: true,
      byte_fallback: true,
      ignore_merges: false,
      vocab: Object.fromEntries(pieces.map((piece, id) => [piece, id])),
      merges,
    },
    ...overrides,
  };
}

/** A directory of files, removed after the test: text as it is, anything else as JSON. */
export async function filesOf(files: Record<string, unknown>): Promise<string> {
  const directory = await temporaryDirectory();
  await fill(directory, files);
  return directory;
}

/** Loads {@link tinyLlamaJson}. */
export async function tinyLlama(overrides: Record<string, unknown> = {}): Promise<Tokenizer> {
  const directory = await mkdtemp(join(tmpdir(), 'vicuna-'));
  try {
    await fill(directory, { 'tokenizer.json': tinyLlamaJson(overrides) });
    return await loadTokenizer(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** The real LLaMA tokenizer, or the tiny one of its kind. */
export async function anyLlama(): Promise<Tokenizer> {
  return llamaTokenizerPath === undefined ? tinyLlama() : loadTokenizer(llamaTokenizerPath);
}

async function fill(directory: string, files: Record<string, unknown>): Promise<void> {
  for (const [name, content] of Object.entries(files))
    await writeFile(join(directory, name), typeof content === 'string' ? content : JSON.stringify(content));
}
