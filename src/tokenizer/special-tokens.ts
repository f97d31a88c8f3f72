import type { Tokenizer as NativeTokenizer } from 'tokenizers';
import { TokenizerError } from './errors.js';
import type { TokenizerFiles } from './files.js';
import type { SpecialToken } from './types.js';

/** Which tokens begin and end a text, where the files do not say. @public */
export interface SpecialTokenNames {
  /**
   * Text of the token that stands in front of every text.
   *
   * @defaultValue what the files say, else a well-known name such as `<s>`
   */
  readonly beginToken?: string | undefined;
  /** Text of the token that ends a text. @defaultValue what the files say, else a well-known name such as `</s>` */
  readonly endToken?: string | undefined;
}

/** The roles of a tokenizer's special tokens. */
export interface SpecialTokens {
  readonly beginToken: SpecialToken | undefined;
  readonly endToken: SpecialToken;
  readonly endTokenIds: readonly number[];
  readonly all: ReadonlyMap<string, number>;
}

// LLaMA 1 and 2, LLaMA 3, GPT-2: asked for in this order where no file names them.
const wellKnownBegin = ['<s>', '<|begin_of_text|>', '<|endoftext|>'];
const wellKnownEnd = ['</s>', '<|end_of_text|>', '<|endoftext|>'];

/** Finds the special tokens by name in `tokenizer_config.json`, by id in `generation_config.json`, else by custom. */
export function resolveSpecialTokens(
  native: NativeTokenizer,
  { path, tokenizer, config, generation }: TokenizerFiles,
  names: SpecialTokenNames,
): SpecialTokens {
  const byName = (text: string, field: string): SpecialToken => {
    const id = native.tokenToId(text);
    if (id === null) throw new TokenizerError(path, `${field} ${JSON.stringify(text)} is not in the vocabulary`);
    return { id, text };
  };
  const byIds = (ids: number | readonly number[] | null | undefined, field: string): SpecialToken[] =>
    [ids ?? []].flat().map((id) => {
      const text = native.idToToken(id);
      if (text === null) throw new TokenizerError(path, `${field} ${id} is not in the vocabulary`);
      return { id, text };
    });
  const byCustom = (candidates: readonly string[]): SpecialToken | undefined => {
    const text = candidates.find((candidate) => native.tokenToId(candidate) !== null);
    return text === undefined ? undefined : byName(text, 'token');
  };
  const named = (given: string | undefined, configured: string | null | undefined, field: string) => {
    const text = given ?? configured ?? undefined;
    return text === undefined ? undefined : byName(text, field);
  };

  const beginIds = byIds(generation.bos_token_id, 'bos_token_id');
  const endIds = byIds(generation.eos_token_id, 'eos_token_id');
  const beginToken = named(names.beginToken, config.bos_token, 'bos_token') ?? beginIds[0] ?? byCustom(wellKnownBegin);
  const endToken = named(names.endToken, config.eos_token, 'eos_token') ?? endIds[0] ?? byCustom(wellKnownEnd);
  if (endToken === undefined)
    throw new TokenizerError(
      path,
      'nothing says which token ends a text; name it with the endToken option, or as eos_token in tokenizer_config.json',
    );

  const special = tokenizer.added_tokens.filter((token) => token.special).map((token) => token.content);
  const roles = [beginToken?.text, endToken.text].filter((text) => text !== undefined);
  return {
    beginToken,
    endToken,
    endTokenIds: [...new Set([endToken.id, ...endIds.map((token) => token.id)])],
    all: new Map([...special, ...roles].map((text) => [text, byName(text, 'special token').id])),
  };
}
