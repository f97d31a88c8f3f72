// Two hosts in network namespaces, without a route between them: the worker's network has only a relay that passes its
// connections on to the gateway's, under an address of its own, as NAT does. (Kernel NAT needs modules that containers lack.)
import { execFileSync } from 'node:child_process';
import { token } from './buses.js';
import { askGateway, replyOf } from './gateway-restarts.js';
import type { ServeProcess, ServeProgram } from './processes.js';
import { until } from './until.js';

const ip = (...parameters: string[]) => execFileSync('ip', parameters, { stdio: 'pipe' });

/** Why there can be no namespaces here; `undefined` where there can. */
export function namespacesMissing(): string | undefined {
  const probe = `vicuna-probe-${process.pid}`;
  try {
    ip('netns', 'add', probe);
    ip('netns', 'exec', probe, 'ip', 'link', 'set', 'lo', 'up');
    return undefined;
  } catch {
    return 'network namespaces are not permitted';
  } finally {
    try {
      ip('netns', 'delete', probe);
    } catch {
      // It was never made.
    }
  }
}

/** A gateway on one host, a worker on another behind NAT. */
export interface TwoHosts extends AsyncDisposable {
  readonly gateway: ServeProcess;
  readonly worker: ServeProcess;
  /** Takes the worker's network away, without a word to anybody. */
  cut(): void;
  mend(): void;
}

export async function openTwoHosts(program: ServeProgram, prefill = 0): Promise<TwoHosts> {
  const name = (part: string) => `vicuna-${part}-${process.pid}`;
  const [outside, router, inside] = [name('gateway'), name('nat'), name('worker')];
  const names = [outside, router, inside];
  const remove = () => {
    for (const namespace of names) {
      try {
        ip('netns', 'delete', namespace);
      } catch {
        // It was never made.
      }
    }
  };
  try {
    for (const namespace of names) {
      ip('netns', 'add', namespace);
      ip('-n', namespace, 'link', 'set', 'lo', 'up');
    }
    ip('link', 'add', 'out', 'netns', outside, 'type', 'veth', 'peer', 'name', 'out', 'netns', router);
    ip('link', 'add', 'in', 'netns', inside, 'type', 'veth', 'peer', 'name', 'in', 'netns', router);
    for (const [namespace, device, address] of [
      [outside, 'out', '192.0.2.1/24'],
      [router, 'out', '192.0.2.2/24'],
      [router, 'in', '10.0.0.1/24'],
      [inside, 'in', '10.0.0.2/24'],
    ] as const) {
      ip('-n', namespace, 'address', 'add', address, 'dev', device);
      ip('-n', namespace, 'link', 'set', device, 'up');
    }
    const bus = { kind: 'web-socket', host: '192.0.2.1', port: 8000 } as const;
    const gateway = await program.start({ role: 'gateway', bus, token, config: {} }, outside);
    const [listen, to] = [
      { host: '10.0.0.1', port: 8000 },
      { host: '192.0.2.1', port: 8000 },
    ];
    const relay = await program.start({ role: 'relay', listen, to }, router);
    const worker = await program.start(
      {
        role: 'worker',
        id: 'behind-nat',
        bus: { ...bus, host: '10.0.0.1' },
        token,
        capacity: 8,
        model: { interval: 1, prefill },
      },
      inside,
    );
    await until(() => countEvents(gateway, 'worker-join') === 1);
    return {
      gateway,
      worker,
      cut: () => void ip('-n', router, 'link', 'set', 'in', 'down'),
      mend: () => void ip('-n', router, 'link', 'set', 'in', 'up'),
      async [Symbol.asyncDispose]() {
        for (const started of [worker, relay, gateway]) await started.kill('SIGKILL');
        remove();
      },
    };
  } catch (error) {
    remove();
    throw error;
  }
}

export const countEvents = (gateway: ServeProcess, type: string) =>
  gateway.said.filter((message) => message.type === 'event' && message.event.type === type).length;

/** One round on open hosts. @returns milliseconds from the cut until the worker was out of rotation. */
export async function networkCut({ gateway, worker, cut, mend }: TwoHosts, round: number): Promise<number> {
  const begun = `begun${round}`;
  gateway.ask({ type: 'ask', name: begun, tokens: 1_000_000 });
  await until(() => gateway.said.some((message) => message.type === 'delta' && message.name === begun));
  const leaves = countEvents(gateway, 'worker-leave');
  cut();
  const since = performance.now();
  await until(() => countEvents(gateway, 'worker-leave') > leaves);
  const took = performance.now() - since;
  await until(() => replyOf(gateway, begun) !== undefined);
  if (replyOf(gateway, begun)?.code !== 'worker-lost')
    throw new Error(`The reader was told ${JSON.stringify(replyOf(gateway, begun))}.`);
  mend();
  // Asked while the worker is yet to come back: it waits.
  await askGateway(gateway, `after${round}`, 10);
  while ((await worker.state()).running > 0);
  return took;
}
