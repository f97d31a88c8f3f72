import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigError, parseConfig, type Resolved } from '../../core/index.js';
import type { WorkerBus } from '../bus/index.js';
import type { ServedModel } from '../types.js';
import { type WorkerConfig, workerConfigSchema } from './config.js';
import type { WorkerEvent } from './events.js';
import { GatewaySession, type SessionHost } from './gateway-session.js';
import { Slots } from './slots.js';

/** What a worker works with. @public */
export interface WorkerRuntime {
  /** The models it offers. They stay the caller's: dispose of them after the worker. */
  readonly models: readonly ServedModel[];
  /** How it reaches its gateways. The worker disposes of it. */
  readonly bus: WorkerBus;
  /** Told of everything that happens; must be quick, and not throw. */
  readonly onEvent?: ((event: WorkerEvent) => void) | undefined;
}

/** Models at the service of gateways. Disposing of it abandons what runs; {@link ModelWorker.drain} lets it finish. @public */
export interface ModelWorker extends AsyncDisposable {
  /** Names the worker in events and errors of both sides. */
  readonly id: string;
  /** Replies that are under way. */
  readonly running: number;
  /** Gateways that it serves now. */
  readonly gateways: number;
  /**
   * Takes nothing new, lets what runs finish (for `drainTimeout` at most), then leaves its gateways. A gateway may ask
   * for it too.
   */
  drain(): Promise<void>;
  /** Fulfilled when it has left, whoever asked for it. */
  readonly closed: Promise<void>;
}

/** Does what the public `createWorker` says. */
export async function openWorker(config: WorkerConfig, runtime: WorkerRuntime): Promise<ModelWorker> {
  const resolved = parseConfig(workerConfigSchema, config, 'worker config');
  const ids = runtime.models.map(({ id }) => id);
  const problem = ids.length === 0 ? 'must hold a model' : ids.find((id, at) => ids.indexOf(id) !== at);
  if (problem !== undefined)
    throw new ConfigError('worker', [
      {
        path: 'models',
        message: ids.length === 0 ? problem : `holds two models with the id ${JSON.stringify(problem)}`,
      },
    ]);
  return new ConnectedWorker(resolved, runtime);
}

class ConnectedWorker implements ModelWorker, SessionHost {
  readonly id: string;
  readonly instance = randomUUID();
  readonly slots: Slots;
  readonly closed: Promise<void>;
  readonly #runtime: WorkerRuntime;
  readonly #drainTimeout: number;
  readonly #sessions = new Set<GatewaySession>();
  readonly #onIdle = new Set<() => void>();
  #resolveClosed!: () => void;
  #draining: Promise<void> | undefined;
  #disposing: Promise<void> | undefined;

  constructor({ id, capacity, drainTimeout }: Resolved<WorkerConfig>, runtime: WorkerRuntime) {
    this.id = id;
    this.#runtime = runtime;
    this.#drainTimeout = drainTimeout;
    this.slots = new Slots(runtime.models, capacity);
    this.closed = new Promise((resolve) => {
      this.#resolveClosed = resolve;
    });
    runtime.bus.connect({
      onLink: (link) => this.#sessions.add(new GatewaySession(link, this)),
      onFailure: (error, retryIn) => this.tell({ type: 'connect-fail', error, retryIn }),
    });
  }

  get running(): number {
    return this.slots.running;
  }

  get gateways(): number {
    return this.#sessions.size;
  }

  get isDraining(): boolean {
    return this.#draining !== undefined;
  }

  tell(event: WorkerEvent): void {
    this.#runtime.onEvent?.(event);
  }

  onRoom(session: GatewaySession): void {
    // The gateway of the job knows of it already.
    for (const other of this.#sessions) if (other !== session) other.sayLoad();
    if (this.running > 0) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle.clear();
  }

  onEnd(session: GatewaySession): void {
    this.#sessions.delete(session);
  }

  onDrain(): void {
    void this.drain();
  }

  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposing ??= this.#leave('was closed: the worker ends');
    return this.#disposing;
  }

  async #drain(): Promise<void> {
    this.tell({ type: 'drain-start', running: this.running });
    for (const session of this.#sessions) session.sayLeaving();
    const finished = this.#idle();
    const timer = new AbortController();
    const timeout = sleep(this.#drainTimeout, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([finished, timeout]);
    timer.abort();
    await this[Symbol.asyncDispose]();
  }

  async #leave(reason: string): Promise<void> {
    this.#draining ??= Promise.resolve();
    for (const session of [...this.#sessions]) session.close(reason);
    await this.#runtime.bus[Symbol.asyncDispose]();
    // Models have let go of what was cancelled; their owner may dispose of them.
    await this.#idle();
    this.#resolveClosed();
  }

  async #idle(): Promise<void> {
    while (this.running > 0)
      await new Promise<void>((resolve) => {
        this.#onIdle.add(resolve);
      });
  }
}
