import { Command } from 'commander';
import { printWayIn, startGatewayServer } from '../gateway-server.js';
import { parsePort } from '../parse-number.js';
import { type KeyWords, serveKeys } from '../serve-keys.js';
import { printLine, type Terminal } from '../terminal.js';
import { untilDrained } from '../until-drained.js';
import { tokenHelp, workerToken } from '../worker-bus.js';

interface Words extends KeyWords {
  readonly port: number;
  readonly host: string;
  readonly nats?: readonly string[];
  readonly cors?: readonly string[];
  readonly page?: boolean;
  readonly votes?: string;
}

/** `vicuna gateway` */
export function gatewayCommand(terminal: Terminal): Command {
  return new Command('gateway')
    .description(`Serve the models of workers that plug in from anywhere; ${tokenHelp}.`)
    .option('-p, --port <number>', '0 takes a free one', parsePort, 8000)
    .option('--host <address>', '0.0.0.0 for every network', '127.0.0.1')
    .option('--keys <file>', 'who may ask: what vicuna key prints, a line each; a fresh key where nothing is said')
    .option('--open', 'let everybody in')
    .option('--nats <servers...>', 'also look for workers there, for several gateways')
    .option('--cors <origins...>', 'pages that may call the API')
    .option('--page', 'open the chat page at /')
    .option('--votes <file>', 'let the page show two models side by side, and append votes to it')
    .action((words: Words) => gateway(terminal, words));
}

async function gateway(terminal: Terminal, words: Words): Promise<void> {
  const token = workerToken();
  const { keys, fresh } = await serveKeys(words);
  const { natsGatewayBus } = await import('../../serve/index.js');
  const buses = words.nats === undefined ? [] : [await natsGatewayBus({ servers: words.nats, tokens: [token] })];
  await using running = await startGatewayServer(terminal, {
    port: words.port,
    host: words.host,
    keys,
    corsOrigins: words.cors,
    page: words.page,
    votes: words.votes,
    workerTokens: [token],
    buses,
  });
  printLine(terminal.errors, `Gateway at ${running.server.url.href} (OpenAI's API under /v1; workers at /v1/workers)`);
  printWayIn(terminal, running.server.url, { page: words.page, fresh });
  await untilDrained(running, terminal.signal);
}
