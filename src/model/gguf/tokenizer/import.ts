import type { GgufFields } from '../../../checkpoint/index.js';
import { makeTokenizer, type Tokenizer, TokenizerError } from '../../../tokenizer/index.js';
import { byteLevelJson, knownCuts } from './byte-level.js';
import { type Pieces, tokenType } from './pieces.js';
import { sentencePieceJson } from './sentencepiece.js';

const PREFIX = 'tokenizer.ggml.';
const ADVICE = 'Pass the tokenizer of the original model: { tokenizer: await loadTokenizer(path) }';

/**
 * Rebuilds the tokenizer of a GGUF file.
 *
 * @returns `undefined` where the file has none.
 * @throws TokenizerError where it has one that cannot be rebuilt faithfully, asking for the original.
 */
export async function readGgufTokenizer(fields: GgufFields): Promise<Tokenizer | undefined> {
  const model = fields.text(`${PREFIX}model`);
  if (model === undefined || model === 'none' || model === 'no_vocab') return undefined;
  const pieces = readPieces(fields);
  const json = jsonOf(model, pieces, fields);
  const id = (role: string) => tokenId(fields, pieces, `${role}_token_id`);
  const [bos, eos] = [
    id('bos') ?? (model === 'llama' ? 1 : undefined),
    id('eos') ?? (model === 'llama' ? 2 : undefined),
  ];
  const ends = [eos, id('eot'), id('eom')].filter((end) => end !== undefined);
  return makeTokenizer(JSON.stringify(json), fields.file, {
    config: {
      ...(bos !== undefined && { bos_token: pieces.texts[bos] }),
      ...(eos !== undefined && { eos_token: pieces.texts[eos] }),
      add_bos_token: fields.flag(`${PREFIX}add_bos_token`) ?? (model === 'llama' || isLlama3(fields)),
      add_eos_token: fields.flag(`${PREFIX}add_eos_token`) ?? false,
    },
    generation: { bos_token_id: bos, eos_token_id: ends },
  });
}

function isLlama3(fields: GgufFields): boolean {
  return ['llama-bpe', 'llama3', 'llama-v3'].includes(fields.text(`${PREFIX}pre`) ?? '');
}

function jsonOf(model: string, pieces: Pieces, fields: GgufFields): object {
  const { file } = fields;
  if (model === 'llama') {
    const scores = fields.numbers(`${PREFIX}scores`);
    if (scores?.length !== pieces.texts.length)
      throw new TokenizerError(file, `its tokenizer has no score for every piece. ${ADVICE}`);
    return sentencePieceJson(pieces, scores, fields.flag(`${PREFIX}add_space_prefix`) ?? true, file);
  }
  const pre = fields.text(`${PREFIX}pre`);
  const json = model === 'gpt2' ? byteLevelJson(pieces, readMerges(fields), pre ?? '') : undefined;
  if (json !== undefined) return json;
  const kind = `${JSON.stringify(model.slice(0, 80))}, pre ${JSON.stringify(pre?.slice(0, 80))}`;
  throw new TokenizerError(
    file,
    `its tokenizer (model ${kind}) cannot be rebuilt; "llama" and "gpt2" with pre ${knownCuts.join(', ')} can. ${ADVICE}`,
  );
}

function readPieces(fields: GgufFields): Pieces {
  const texts = fields.texts(`${PREFIX}tokens`);
  const types = fields.numbers(`${PREFIX}token_type`);
  if (texts === undefined || types?.length !== texts.length)
    throw new TokenizerError(fields.file, `its tokenizer lacks tokens, or their types. ${ADVICE}`);
  const counted = new Set(texts.filter((_, id) => types[id] !== tokenType.unused));
  const repeated = texts.length - counted.size - types.filter((type) => type === tokenType.unused).length;
  if (repeated > 0)
    throw new TokenizerError(fields.file, `its tokenizer has ${repeated} pieces more than once. ${ADVICE}`);
  return { texts: [...texts], types: [...types] };
}

function readMerges(fields: GgufFields): readonly string[] {
  const merges = fields.texts(`${PREFIX}merges`);
  if (merges?.every((merge) => /^[^ ]+ [^ ]+$/.test(merge)) === true) return merges;
  throw new TokenizerError(fields.file, `its tokenizer has no list of merges of two pieces each. ${ADVICE}`);
}

function tokenId(fields: GgufFields, { texts }: Pieces, role: string): number | undefined {
  const id = fields.integer(PREFIX + role);
  // Some writers say "none" with the largest number.
  if (id === undefined || id === 0xffffffff) return undefined;
  if (id < texts.length) return id;
  throw fields.error(`${PREFIX}${role} is ${id}, outside of the vocabulary of ${texts.length}. Fetch the file again.`);
}
