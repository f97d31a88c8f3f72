import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import type { WeightFormat } from '../../model/index.js';
import { printWayIn, startGatewayServer } from '../gateway-server.js';
import { modelNameHelp } from '../model-names.js';
import { openModels } from '../open-models.js';
import { parseCount, parsePort } from '../parse-number.js';
import { type KeyWords, serveKeys } from '../serve-keys.js';
import { printLine, type Terminal } from '../terminal.js';
import { untilDrained } from '../until-drained.js';
import { hasWorkerToken, workerToken } from '../worker-bus.js';

interface Words extends KeyWords {
  readonly port: number;
  readonly host: string;
  readonly capacity?: number;
  readonly weights?: WeightFormat;
  readonly cors?: readonly string[];
  readonly page?: boolean;
  readonly votes?: string;
}

/** `vicuna serve` */
export function serveCommand(terminal: Terminal): Command {
  return new Command('serve')
    .description(
      'Serve models over an OpenAI-compatible API: a gateway and one worker in one process. More workers may plug in.',
    )
    .argument('<models...>', modelNameHelp)
    .option('-p, --port <number>', '0 takes a free one', parsePort, 8000)
    .option('--host <address>', '0.0.0.0 for every network', '127.0.0.1')
    .option('--keys <file>', 'who may ask: what vicuna key prints, a line each; a fresh key where nothing is said')
    .option('--open', 'let everybody in')
    .option('--capacity <count>', 'replies that a model makes at a time', parseCount)
    .option('--weights <format>', 'float32, bfloat16 or int8, for models that are loaded here')
    .option('--cors <origins...>', 'pages that may call the API')
    .option('--page', 'open the chat page at /')
    .option('--votes <file>', 'let the page show two models side by side, and append votes to it')
    .action((names: string[], words: Words) => serve(terminal, names, words));
}

async function serve(terminal: Terminal, names: readonly string[], words: Words): Promise<void> {
  const { createWorker, webSocketWorkerBus } = await import('../../serve/index.js');
  const { keys, fresh } = await serveKeys(words);
  const { signal } = terminal;
  await using opened = await openModels(names, { signal, weights: words.weights });
  // The worker of this process needs a token too; other workers can plug in where the environment has one.
  const own = randomBytes(24).toString('base64url');
  await using running = await startGatewayServer(terminal, {
    port: words.port,
    host: words.host,
    keys,
    corsOrigins: words.cors,
    page: words.page,
    votes: words.votes,
    workerTokens: hasWorkerToken() ? [own, workerToken()] : [own],
    buses: [],
  });
  const { url } = running.server;
  const loopback = new URL('/v1/workers', url);
  loopback.protocol = 'ws:';
  if (url.hostname === '0.0.0.0') loopback.hostname = '127.0.0.1';
  await using worker = await createWorker(
    { id: 'local', capacity: words.capacity },
    { models: opened.models, bus: await webSocketWorkerBus({ url: loopback.href, token: own }) },
  );
  printLine(terminal.errors, `${opened.models.map(({ id }) => id).join(', ')} at ${new URL('/v1', url).href}`);
  printWayIn(terminal, url, { page: words.page, fresh });
  await untilDrained(running, signal);
  await worker.drain();
}
