import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GgufEntry, GgufMetadata } from '../../../checkpoint/index.js';
import { parseTokenizerJson, type Tokenizer, TokenizerError, type TokenizerJson } from '../../../tokenizer/index.js';
import { cutOf, knownCuts, mergesOf } from './byte-level.js';
import { listPieces, type Pieces, tokenType } from './pieces.js';
import { addsSpace, isSentencePiece, scoresOf } from './sentencepiece.js';

const SUBJECT = 'The tokenizer cannot be written as GGUF';

const text = (value: string): GgufEntry => ({ kind: 'string', value });
const texts = (value: readonly string[]): GgufEntry => ({ kind: 'array', element: 'string', value });

/**
 * A tokenizer as llama.cpp reads it: sentencepiece BPE as `llama`, byte-level BPE as `gpt2`.
 *
 * @param vocabularySize - of the model: GGUF lists as many pieces as there are rows of weights.
 * @param endTokenIds - every token that ends a reply, the tokenizer's own first.
 * @throws TokenizerError where llama.cpp would tokenise otherwise.
 */
export async function tokenizerMetadata(
  tokenizer: Tokenizer,
  vocabularySize: number,
  endTokenIds: readonly number[],
): Promise<GgufMetadata> {
  const json = await tokenizerJson(tokenizer);
  const { ids } = await tokenizer.encode('');
  const pieces = listPieces(json, vocabularySize);
  const [, endOfTurn, endOfMessage] = endTokenIds;
  const roles = {
    bos: tokenizer.beginToken?.id,
    eos: tokenizer.endToken.id,
    eot: endOfTurn,
    eom: endOfMessage,
    unknown: pieces.types.indexOf(tokenType.unknown),
  };
  const addsBegin = ids.length > 0 && ids[0] === roles.bos;
  const addsEnd = ids.length > (addsBegin ? 1 : 0) && ids.at(-1) === roles.eos;
  const entries: [string, GgufEntry][] = [
    ...kindOf(json, pieces),
    ['tokens', texts(pieces.texts)],
    ['token_type', { kind: 'array', element: 'int32', value: pieces.types }],
    ...Object.entries(roles).flatMap(([role, id]): [string, GgufEntry][] =>
      id === undefined || id < 0 ? [] : [[`${role}_token_id`, { kind: 'uint32', value: id }]],
    ),
    ['add_bos_token', { kind: 'bool', value: addsBegin }],
    ['add_eos_token', { kind: 'bool', value: addsEnd }],
  ];
  return new Map(entries.map(([key, entry]) => [`tokenizer.ggml.${key}`, entry]));
}

function kindOf(json: TokenizerJson, pieces: Pieces): [string, GgufEntry][] {
  if (isSentencePiece(json))
    return [
      ['model', text('llama')],
      ['pre', text('default')],
      ['scores', { kind: 'array', element: 'float32', value: scoresOf(json, pieces, SUBJECT) }],
      ['add_space_prefix', { kind: 'bool', value: addsSpace(json) }],
    ];
  const cut = cutOf(json);
  if (cut !== undefined)
    return [
      ['model', text('gpt2')],
      ['pre', text(cut)],
      ['merges', texts(mergesOf(json))],
    ];
  throw new TokenizerError(
    undefined,
    `${SUBJECT}: it is neither a sentencepiece BPE of LLaMA's kind nor a byte-level BPE that cuts texts as ${knownCuts.join(', ')} do. Export the model without it ({ tokenizer: false }), or keep the Hugging Face directory`,
  );
}

/** Any tokenizer can save itself, so that is how its content is found out. */
async function tokenizerJson(tokenizer: Tokenizer): Promise<TokenizerJson> {
  const directory = await mkdtemp(join(tmpdir(), 'vicuna-tokenizer-'));
  try {
    await tokenizer.save(directory);
    return parseTokenizerJson(await readFile(join(directory, 'tokenizer.json'), 'utf8'), 'tokenizer.json');
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
