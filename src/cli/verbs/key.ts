import { appendFile } from 'node:fs/promises';
import { Command, Option } from 'commander';
import type { ApiKeyScope } from '../../serve/index.js';
import { parseCount, parseNumber } from '../parse-number.js';
import { printLine, type Terminal } from '../terminal.js';

interface Words {
  readonly file?: string;
  readonly scope: readonly ApiKeyScope[];
  readonly requestsPerMinute?: number;
  readonly tokensPerMinute?: number;
  readonly tokensPerDay?: number;
  readonly concurrency?: number;
}

/** `vicuna key` */
export function keyCommand(terminal: Terminal): Command {
  return new Command('key')
    .description('Make an API key. The key is shown once; the server keeps its hash.')
    .argument('<id>', 'names the key in logs')
    .option('--file <file>', 'append the line for --keys to it')
    .addOption(
      new Option('--scope <scopes...>', 'what the key may do')
        .choices(['api', 'metrics', 'vote'])
        .default(['api', 'vote']),
    )
    .option('--requests-per-minute <count>', '', parseNumber)
    .option('--tokens-per-minute <count>', '', parseNumber)
    .option('--tokens-per-day <count>', '', parseNumber)
    .option('--concurrency <count>', 'requests at the same time', parseCount)
    .action((id: string, words: Words) => makeKey(terminal, id, words));
}

async function makeKey(terminal: Terminal, id: string, words: Words): Promise<void> {
  const { createApiKey, hashApiKey } = await import('../../serve/index.js');
  const key = createApiKey();
  const { requestsPerMinute, tokensPerMinute, tokensPerDay, concurrency, scope: scopes } = words;
  const limits = { requestsPerMinute, tokensPerMinute, tokensPerDay, concurrency };
  const line = JSON.stringify({ id, hash: hashApiKey(key), scopes, limits });
  if (words.file === undefined) printLine(terminal.errors, `For the file of --keys: ${line}`);
  // Nobody else on the machine need know which keys there are.
  else await appendFile(words.file, `${line}\n`, { mode: 0o600 });
  printLine(terminal.output, key);
}
