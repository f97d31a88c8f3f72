import type { Role } from './types.js';

const roles: ReadonlyMap<string, Role> = new Map([
  ['human', 'user'],
  ['user', 'user'],
  ['gpt', 'assistant'],
  ['chatgpt', 'assistant'],
  ['bing', 'assistant'],
  ['bard', 'assistant'],
  ['assistant', 'assistant'],
  ['system', 'system'],
  ['developer', 'system'],
]);

/**
 * The role behind a file's own word for a speaker, in any case: `human` and `user`; `gpt`, `chatgpt`, `bing`, `bard` and
 * `assistant`; `system` and `developer` (OpenAI's newer word for it).
 *
 * @returns `undefined` for any other word, `tool` among them.
 * @public
 */
export function roleOf(from: string): Role | undefined {
  return roles.get(from) ?? roles.get(from.trim().toLowerCase());
}
