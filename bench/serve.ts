// What a gateway adds to a token's way from a worker to its reader, beside Node's HTTP server streaming the same bytes from
// the same two processes; that nothing is lost, doubled or crossed; what memory it takes; what a slow reader costs.
// Run: npx tsx bench/serve.ts [--streams 200] [--seconds 15] [--rate 20] [--bus web-socket|nats]
import { fork } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { Agent, get, type IncomingMessage, request } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createHandler, type Gateway, listen } from '../src/serve/index.js';
import { ask } from '../test/serve/support/counting-model.js';
import { FaultWorld } from '../test/serve/support/faults.js';
import { buildServeProgram, type ServeProcess } from '../test/serve/support/processes.js';
import { MemoryWatch } from './support/memory-watch.js';
import { load, type Server } from './support/serve-load.js';

const { values } = parseArgs({
  options: {
    streams: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '15' },
    rate: { type: 'string', default: '20' },
    bus: { type: 'string', default: 'web-socket' },
  },
});
const streams = Number(values.streams);
const seconds = Number(values.seconds);
const rate = Number(values.rate);
const TOKENS = 100;
const WORKERS = 2;

await using program = await buildServeProgram();
await measureStreams();
await measureRequests();
await measureSlowReaders();
process.exit();

/** A gateway's models, asked in its own process. */
function gatewayServer(gateway: Gateway): Server {
  return {
    name: 'gateway',
    async *stream(name, tokens) {
      for await (const { text } of gateway.model('counting')!.chat(ask(name, tokens))) yield text;
    },
  };
}

/** The same gateway behind the HTTP API, as clients meet it; server and reader share this process. */
async function withApi(gateway: Gateway, use: (server: Server) => Promise<void>) {
  const handler = await createHandler({ keys: 'open' }, { models: gateway });
  await using api = await listen(handler, { port: 0, drainSeconds: 0 });
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  const url = new URL('/v1/chat/completions', api.url);
  await use({
    name: 'HTTP API',
    async *stream(name, tokens) {
      const asked = request(url, { agent, method: 'POST', headers: { 'content-type': 'application/json' } });
      asked.end(JSON.stringify({ model: 'counting', messages: ask(name, tokens), stream: true }));
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      if (response.statusCode !== 200) throw new Error(`The API answered ${response.statusCode}.`);
      for await (const line of createInterface({ input: response })) {
        if (!line.startsWith('data: {')) continue;
        const { choices, error } = JSON.parse(line.slice('data: '.length));
        if (error !== undefined) throw new Error(error.message);
        yield choices[0].delta.content ?? '';
      }
    },
  });
  agent.destroy();
}

async function withGateway(interval: number, use: (world: FaultWorld, workers: ServeProcess[]) => Promise<void>) {
  await using world = await FaultWorld.open(program, values.bus === 'nats' ? 'nats' : 'web-socket');
  const capacity = Math.ceil(streams / WORKERS);
  const workers = await Promise.all(
    Array.from({ length: WORKERS }, () => world.worker({ interval, isStamped: true }, capacity)),
  );
  await use(world, workers);
  for (const worker of workers) await worker.kill('SIGKILL');
}

/** Servers of the same model without a gateway, asked in turn. */
async function withBareServers(interval: number, use: (server: Server) => Promise<void>) {
  const file = fileURLToPath(new URL('support/serve-bare.ts', import.meta.url));
  const children = Array.from({ length: WORKERS }, () =>
    fork(file, [JSON.stringify({ interval, isStamped: true })], { execArgv: ['--import', 'tsx'] }),
  );
  const ports = await Promise.all(children.map(async (child) => (await once(child, 'message'))[0] as number));
  const agent = new Agent({ keepAlive: true, maxSockets: Number.POSITIVE_INFINITY });
  let turn = 0;
  await use({
    name: 'bare HTTP',
    async *stream(name, tokens) {
      const url = `http://127.0.0.1:${ports[turn++ % WORKERS]}/?name=${name}&tokens=${tokens}`;
      const [response] = (await once(get(url, { agent }), 'response')) as [IncomingMessage];
      for await (const piece of response.setEncoding('utf8')) yield piece;
    },
  });
  agent.destroy();
  for (const child of children) child.kill();
}

async function measureStreams() {
  console.log(`${streams} streams at ${rate} tokens/s for ${seconds} s over ${WORKERS} workers (${values.bus})`);
  await withGateway(1_000 / rate, async (world, workers) => {
    const memory = new MemoryWatch(workers);
    await report(gatewayServer(world.gateway));
    await withApi(world.gateway, report);
    console.log(memory.summary());
  });
  await withBareServers(1_000 / rate, report);
}

async function report(server: Server) {
  const cpu = process.cpuUsage();
  const { replies, tokens, latencies, seconds: took } = await load(server, streams, seconds, TOKENS);
  const used = process.cpuUsage(cpu);
  console.log(
    `${server.name}: ${replies} replies, ${tokens} tokens, every one in its place; ${(tokens / took).toFixed(0)} tokens/s; ` +
      `worker to reader p50 ${latencies.percentile(0.5).toFixed(2)} ms, p99 ${latencies.percentile(0.99).toFixed(2)} ms; ` +
      `${((used.user + used.system) / tokens).toFixed(0)} us of this process a token`,
  );
}

async function measureRequests() {
  const concurrency = 32;
  const measure = async (server: Server) => {
    // Once to warm up, once to count.
    for (const isCounted of [false, true]) {
      const started = performance.now();
      let replies = 0;
      const reader = async (number: number) => {
        while (performance.now() - started < 3_000) {
          for await (const _ of server.stream(`q${number}`, 1));
          replies++;
        }
      };
      await Promise.all(Array.from({ length: concurrency }, (_, number) => reader(number)));
      const rate = (replies * 1_000) / (performance.now() - started);
      if (isCounted)
        console.log(`${server.name}: ${rate.toFixed(0)} requests/s of one token, ${concurrency} at a time`);
    }
  };
  await withGateway(0, async ({ gateway }) => {
    await measure(gatewayServer(gateway));
    await withApi(gateway, measure);
  });
  await withBareServers(0, measure);
}

/** Readers that take one piece and then nothing, of models that make tokens as fast as they may. */
async function measureSlowReaders() {
  await withGateway(0, async ({ gateway }, workers) => {
    const made = async () =>
      (await Promise.all(workers.map((worker) => worker.state()))).reduce((sum, state) => sum + state.made, 0);
    const abort = new AbortController();
    setMaxListeners(0, abort.signal);
    const memory = new MemoryWatch(workers);
    const readers = Array.from({ length: streams }, async (_, index) => {
      const run = gateway.model('counting')!.chat(ask(`slow${index}`, 1e9), { signal: abort.signal });
      try {
        for await (const _ of run) await new Promise((resolve) => abort.signal.addEventListener('abort', resolve));
      } catch {
        // Told to leave.
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 2_000));
    const before = await made();
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    console.log(
      `${streams} readers that stopped: ${before} tokens made, ${(await made()) - before} more in 3 s; ${memory.summary()}`,
    );
    abort.abort();
    await Promise.all(readers);
  });
}
