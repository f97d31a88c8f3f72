import type { AddedToken, TokenizerFiles, TokenizerJson } from './files.js';

interface TemplateProcessing {
  readonly type: 'TemplateProcessing';
  readonly single: readonly Readonly<Record<string, unknown>>[];
}

/**
 * The `tokenizer.json` to work with: without the truncation and padding that a file may carry from training, which would
 * silently shorten texts; without dropout, which would make encoding random; with the begin and end tokens that
 * `tokenizer_config.json` asks for, where it says so; and with special tokens that are looked for before normalisation.
 * Early conversions of LLaMA have them after it, and then find `</s>` only behind a space; the original never did.
 *
 * @returns the source as it is where nothing has to change.
 */
export function runtimeJson({ source, tokenizer, config }: TokenizerFiles): string {
  const processor = processorAskedFor(tokenizer, config);
  const isLate = (token: AddedToken) => token.special && token.normalized;
  const isSettled =
    !tokenizer.truncation && !tokenizer.padding && !tokenizer.model.dropout && !tokenizer.added_tokens.some(isLate);
  if (isSettled && processor === tokenizer.post_processor) return source;
  return JSON.stringify({
    ...tokenizer,
    truncation: null,
    padding: null,
    added_tokens: tokenizer.added_tokens.map((token) => (isLate(token) ? { ...token, normalized: false } : token)),
    post_processor: processor,
    model: { ...tokenizer.model, dropout: null },
  });
}

/** transformers' LLaMA tokenizers let `add_bos_token` and `add_eos_token` overrule the file's own template. */
function processorAskedFor(
  tokenizer: TokenizerJson,
  config: TokenizerFiles['config'],
): TokenizerJson['post_processor'] {
  const { post_processor: current } = tokenizer;
  if (current != null && current.type !== 'TemplateProcessing') return current;
  const template = current as TemplateProcessing | null | undefined;
  const sequence = template?.single.findIndex((piece) => 'Sequence' in piece) ?? 0;
  const hasBegin = sequence > 0;
  const hasEnd = template !== null && template !== undefined && sequence < template.single.length - 1;
  const begin = (config.add_bos_token ?? hasBegin) ? config.bos_token : undefined;
  const end = (config.add_eos_token ?? hasEnd) ? config.eos_token : undefined;
  const asked = (stated: boolean | null | undefined, has: boolean) => stated == null || stated === has;
  if (asked(config.add_bos_token, hasBegin) && asked(config.add_eos_token, hasEnd)) return current;

  const idOf = (text: string) =>
    tokenizer.added_tokens.find((token) => token.content === text)?.id ??
    (Array.isArray(tokenizer.model.vocab) ? undefined : tokenizer.model.vocab[text]);
  const names = [begin, end].filter((name) => name != null && idOf(name) !== undefined) as string[];
  const special = (name: string | null | undefined) =>
    name != null && names.includes(name) ? [{ SpecialToken: { id: name, type_id: 0 } }] : [];
  const text = (id: string) => ({ Sequence: { id, type_id: id === 'A' ? 0 : 1 } });
  return {
    type: 'TemplateProcessing',
    single: [...special(begin), text('A'), ...special(end)],
    pair: [...special(begin), text('A'), ...special(end), text('B'), ...special(end)],
    special_tokens: Object.fromEntries(names.map((name) => [name, { id: name, ids: [idOf(name)], tokens: [name] }])),
  };
}
