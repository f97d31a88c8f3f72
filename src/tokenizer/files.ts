import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { TokenizerError } from './errors.js';

const addedToken = z.looseObject({
  id: z.int().nonnegative(),
  content: z.string().min(1),
  special: z.boolean().default(false),
  normalized: z.boolean().default(false),
});

const component = z.looseObject({ type: z.string() });
/** Ids by piece, or Unigram's list of pieces. The native library checks the entries; here that would double the time. */
const vocabulary = z.custom<Record<string, number> | [piece: string, score: number][]>(
  (value) => typeof value === 'object' && value !== null,
  'expected the pieces of the vocabulary',
);

/** What this package has to know of a `tokenizer.json`; the rest passes through untouched. */
const tokenizerJson = z.looseObject({
  truncation: z.unknown().optional(),
  padding: z.unknown().optional(),
  added_tokens: z.array(addedToken).default([]),
  normalizer: component.nullish(),
  pre_tokenizer: component.nullish(),
  post_processor: component.nullish(),
  decoder: component.nullish(),
  model: z.looseObject({ vocab: vocabulary, dropout: z.number().nullish() }),
});

export type TokenizerJson = z.output<typeof tokenizerJson>;
export type AddedToken = z.output<typeof addedToken>;

const namedToken = z.union([z.string(), z.looseObject({ content: z.string() }).transform((token) => token.content)]);

/** `tokenizer_config.json`; `special_tokens_map.json` has the same fields. */
const tokenizerConfig = z.looseObject({
  bos_token: namedToken.nullish(),
  eos_token: namedToken.nullish(),
  add_bos_token: z.boolean().nullish(),
  add_eos_token: z.boolean().nullish(),
});

const tokenIds = z.union([z.int(), z.array(z.int())]).nullish();
/** `generation_config.json`, and the same fields of an older `config.json`. */
const generationConfig = z.looseObject({ bos_token_id: tokenIds, eos_token_id: tokenIds });

export type TokenizerConfigJson = z.output<typeof tokenizerConfig>;
export type GenerationConfigJson = z.output<typeof generationConfig>;

/** The files of a tokenizer, parsed and checked. */
export interface TokenizerFiles {
  /** The file `tokenizer.json` was read from, for messages. */
  readonly path: string;
  /** Its text as it was, so that saving changes nothing. */
  readonly source: string;
  readonly tokenizer: TokenizerJson;
  readonly config: TokenizerConfigJson;
  readonly generation: GenerationConfigJson;
}

/** Reads a directory's tokenizer, or one `tokenizer.json` on its own. */
export async function readTokenizerFiles(path: string): Promise<TokenizerFiles> {
  const isDirectory = await stat(path).then(
    (found) => found.isDirectory(),
    (cause) => {
      throw new TokenizerError(path, 'there is no such file or directory; give a tokenizer.json or its directory', {
        cause,
      });
    },
  );
  const file = isDirectory ? join(path, 'tokenizer.json') : path;
  const source = await readText(file);
  if (source === undefined) throw new TokenizerError(file, missingHint);
  const beside = async <Output>(name: string, schema: z.ZodType<Output>): Promise<Output | undefined> => {
    const text = isDirectory ? await readText(join(path, name)) : undefined;
    return text === undefined ? undefined : parse(text, schema, join(path, name));
  };
  const config = await beside('tokenizer_config.json', tokenizerConfig);
  const names = await beside('special_tokens_map.json', tokenizerConfig);
  const generation =
    (await beside('generation_config.json', generationConfig)) ?? (await beside('config.json', generationConfig));
  return {
    path: file,
    source,
    tokenizer: parse(source, tokenizerJson, file),
    config: { ...names, ...config },
    generation: generation ?? {},
  };
}

/** Checks a `tokenizer.json` that was made rather than read. */
export function parseTokenizerJson(source: string, path: string): TokenizerJson {
  return parse(source, tokenizerJson, path);
}

const missingHint =
  'the directory has no tokenizer.json. A sentencepiece tokenizer.model alone has to be converted once, for example ' +
  'with transformers: AutoTokenizer.from_pretrained(directory).save_pretrained(directory)';

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new TokenizerError(path, 'the file cannot be read', { cause });
  }
}

function parse<Output>(text: string, schema: z.ZodType<Output>, path: string): Output {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new TokenizerError(path, `not JSON (${(cause as Error).message}); fetch the file again`, { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const field = issue?.path.join('.') || 'the file';
  throw new TokenizerError(path, `${field} is not what it should be: ${issue?.message}; fetch the file again`);
}
