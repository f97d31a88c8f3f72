import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { accessSync, constants } from 'node:fs';
import { createServer } from 'node:net';
import { delimiter, join } from 'node:path';
import { connect } from '@nats-io/transport-node';

/** Where `nats-server` is; `undefined` where it is not installed. CI must have it. */
export const natsServer = find('nats-server');
if (natsServer === undefined && process.env.CI !== undefined)
  throw new Error('CI must test the NATS bus: install nats-server.');

/** For the name of a suite that is skipped. */
export const natsSkipped = natsServer === undefined ? ' (skipped: nats-server is not installed)' : '';

/** A real server on loopback, which can be killed and started again. */
export interface NatsServer extends AsyncDisposable {
  readonly url: string;
  /** SIGKILL. */
  kill(): Promise<void>;
  start(): Promise<void>;
}

/** @param options - more of the command line. */
export async function startNatsServer(options: readonly string[] = []): Promise<NatsServer> {
  const port = await freePort();
  const url = `nats://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;
  const server: NatsServer = {
    url,
    async start() {
      child = spawn(natsServer!, ['-a', '127.0.0.1', '-p', String(port), ...options], { stdio: 'ignore' });
      await answers(port);
    },
    async kill() {
      if (child === undefined || child.exitCode !== null) return;
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
      child = undefined;
    },
    [Symbol.asyncDispose]: () => server.kill(),
  };
  await server.start();
  return server;
}

async function answers(port: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    try {
      const connection = await connect({ servers: `127.0.0.1:${port}`, reconnect: false, timeout: 1_000 });
      return await connection.close();
    } catch (error) {
      // A server that asks who is there answers too.
      if (/authorization/i.test(String(error))) return;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
  throw new Error('nats-server did not start.');
}

/** A restarted server must be where its clients look for it. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}

function find(program: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'];
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
