import { readdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import * as z from 'zod';
import { CheckpointError, readJsonObject } from '../checkpoint/index.js';
import { ConfigError } from '../core/index.js';
import type { FoundTemplate } from './saved-template.js';

const DEFAULT = 'default';
/** Where transformers writes a template since its release 5. */
export const TEMPLATE_FILE = 'chat_template.jinja';
const ADDITIONAL = 'additional_chat_templates';

const namedTemplates = z
  .array(z.looseObject({ name: z.string(), template: z.string() }))
  .transform((list) => list.map(({ name, template }) => [name, template] as const));
const configSchema = z.looseObject({
  chat_template: z
    .union([
      z.string().transform((template) => [[DEFAULT, template] as const]),
      namedTemplates,
      z.record(z.string(), z.string()).transform((templates) => Object.entries(templates)),
    ])
    .nullish(),
});

/**
 * The chat template of a model's directory: `chat_template.jinja` and `additional_chat_templates/`, else `chat_template` of
 * `tokenizer_config.json`, a text or several by name. Files come first, as in transformers.
 *
 * @param wanted - its name, where there are several.
 * @throws CheckpointError where a file cannot be read; ConfigError where there is none of that name.
 */
export async function findChatTemplate(directory: string, wanted = DEFAULT): Promise<FoundTemplate | undefined> {
  const file = join(directory, 'tokenizer_config.json');
  const config = (await readJsonObject(file)) ?? {};
  const parsed = configSchema.safeParse(config);
  if (!parsed.success)
    throw new CheckpointError({ file }, 'chat_template is neither a text nor texts by name. Correct the file.');
  const model = basename(resolve(directory));
  const templates = new Map<string, Omit<FoundTemplate, 'tokens'>>();
  for (const [name, source] of parsed.data.chat_template ?? [])
    templates.set(name, { name: `${model}/tokenizer_config.json`, source });
  for (const [name, path] of await templateFiles(directory))
    templates.set(name, { name: `${model}/${path}`, source: await readFile(join(directory, path), 'utf8') });
  const found = templates.get(wanted);
  if (found !== undefined) return { ...found, tokens: namedTokens(config) };
  if (wanted === DEFAULT && templates.size === 0) return undefined;
  const message = `the model has no template ${JSON.stringify(wanted)}; it has ${[...templates.keys()].join(', ') || 'none'}`;
  throw new ConfigError(`The chat template of ${directory}`, [{ path: 'chatTemplate.name', message }]);
}

async function templateFiles(directory: string): Promise<(readonly [name: string, path: string])[]> {
  const list = (path: string) => readdir(path).catch((): string[] => []);
  const main = (await list(directory)).includes(TEMPLATE_FILE) ? [[DEFAULT, TEMPLATE_FILE] as const] : [];
  const others = (await list(join(directory, ADDITIONAL)))
    .filter((name) => name.endsWith('.jinja'))
    .map((name) => [basename(name, '.jinja'), `${ADDITIONAL}/${name}`] as const);
  return [...main, ...others];
}

/** Special tokens that transformers hands to templates, besides those that the tokenizer is asked for. */
function namedTokens(config: Readonly<Record<string, unknown>>): Record<string, string> {
  const tokens: Record<string, string> = {};
  for (const name of ['unk_token', 'pad_token', 'sep_token', 'cls_token', 'mask_token']) {
    const token = config[name];
    const text = typeof token === 'object' && token !== null && 'content' in token ? token.content : token;
    if (typeof text === 'string') tokens[name] = text;
  }
  return tokens;
}
