import { readFile } from 'node:fs/promises';
import { ConfigError, DataError } from '../core/index.js';
import { type ApiKey, createApiKey, type HandlerConfig, hashApiKey } from '../serve/index.js';

export interface KeyWords {
  readonly keys?: string | undefined;
  readonly open?: boolean | undefined;
}

export interface ServeKeys {
  readonly keys: HandlerConfig['keys'];
  /** A key that was made for this run, to be shown once. */
  readonly fresh?: string | undefined;
}

/** The keys of a file; everybody with `--open`; a fresh key where nothing is said. */
export async function serveKeys({ keys, open }: KeyWords): Promise<ServeKeys> {
  if (open === true && keys !== undefined)
    throw new ConfigError('The command line', [
      { path: '--open', message: 'lets everybody in, so --keys has no use.' },
    ]);
  if (open === true) return { keys: 'open' };
  if (keys !== undefined) return { keys: await readKeys(keys) };
  const fresh = createApiKey();
  return { keys: [{ id: 'this-run', hash: hashApiKey(fresh), scopes: ['api', 'metrics', 'vote'] }], fresh };
}

async function readKeys(file: string): Promise<ApiKey[]> {
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw new ConfigError('The command line', [
      { path: '--keys', message: `${file} cannot be read (${(cause as Error).message}). Make one with vicuna key.` },
    ]);
  });
  return text.split('\n').flatMap((line, index) => {
    if (line.trim() === '') return [];
    try {
      return [JSON.parse(line) as ApiKey];
    } catch (cause) {
      throw new DataError({ file, line: index + 1 }, 'is no JSON. Each line is what vicuna key prints.', { cause });
    }
  });
}
