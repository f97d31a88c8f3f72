// A gateway that is killed and started anew, in a process of its own; see faults.ts.
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { listen, token } from './buses.js';
import { replyTo, tokenOf } from './counting-model.js';
import type { ServeProcess, ServeProgram } from './processes.js';
import type { Said } from './program.js';
import { until } from './until.js';

type Reply = Extract<Said, { type: 'reply' }>;

export const replyOf = (gateway: ServeProcess, name: string) =>
  gateway.said.find((message): message is Reply => message.type === 'reply' && message.name === name);

/** Asks a gateway process. @throws where the reply is not the one that belongs to the request. */
export async function askGateway(gateway: ServeProcess, name: string, tokens: number): Promise<void> {
  gateway.ask({ type: 'ask', name, tokens });
  await until(() => replyOf(gateway, name) !== undefined);
  assert.deepEqual(replyOf(gateway, name), { type: 'reply', name, text: replyTo(name, tokens) });
  const deltas = gateway.said.flatMap((message) =>
    message.type === 'delta' && message.name === name ? [message.text] : [],
  );
  assert.deepEqual(
    deltas,
    Array.from({ length: tokens }, (_, index) => tokenOf(name, index)),
  );
}

/** A port that will be free again. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** @returns milliseconds from the new gateway's start until it had answered. */
export async function gatewayRestarts(program: ServeProgram, workers: number): Promise<number> {
  const bus = { kind: 'web-socket', port: await freePort() } as const;
  const gatewayRole = { role: 'gateway', bus, token, config: {} } as const;
  await using first = await program.start(gatewayRole);
  const held = await Promise.all(
    Array.from({ length: workers }, (_, index) =>
      program.start({ role: 'worker', id: `w${index}`, bus, token, capacity: 8, model: { interval: 1 } }),
    ),
  );
  const joined = () =>
    first.said.filter((message) => message.type === 'event' && message.event.type === 'worker-join').length;
  await until(() => joined() === workers);
  for (let index = 0; index < 4; index++) first.ask({ type: 'ask', name: `abandoned${index}`, tokens: 1_000_000 });
  await until(
    () => new Set(first.said.flatMap((message) => (message.type === 'delta' ? [message.name] : []))).size === 4,
  );
  await first.kill('SIGKILL');
  await using second = await program.start(gatewayRole);
  const started = performance.now();
  await Promise.all(Array.from({ length: 8 }, (_, index) => askGateway(second, `asked${index}`, 10)));
  const took = performance.now() - started;
  // What the old gateway had asked for is worked on no more.
  for (const worker of held) while ((await worker.state()).running > 0);
  for (const worker of held) await worker.kill('SIGKILL');
  return took;
}
