import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseConfig, type Resolved, VicunaError } from '../../core/index.js';
import type { GatewayBus } from '../bus/index.js';
import type { Call, Offer } from '../bus/protocol/index.js';
import { type ModelProvider, OverloadedError, type Routing, type ServedModel } from '../types.js';
import { type GatewayConfig, gatewayConfigSchema } from './config.js';
import type { GatewayEvent } from './events.js';
import { ModelPool, type PoolHost } from './model-pool.js';
import { type ModelHost, PoolModel } from './pool-model.js';
import { GatewayRequest, type RequestHost } from './request.js';
import { type GatewayStatus, statusOf } from './status.js';
import { type SessionHost, WorkerSession } from './worker-session.js';

/** What a gateway works with. @public */
export interface GatewayRuntime {
  /** Where its workers reach it. The gateway disposes of them. */
  readonly buses: readonly GatewayBus[];
  /** Told of everything that happens; must be quick, and not throw. */
  readonly onEvent?: ((event: GatewayEvent) => void) | undefined;
}

/**
 * The models of all workers that are connected, as if they were here: requests wait for room, go where their conversation
 * was before, move to another worker when theirs dies, and end with the true reason when they cannot go on.
 *
 * It keeps nothing but what its workers tell it: one that is started anew serves as soon as they are back.
 *
 * @public
 */
export interface Gateway extends ModelProvider, AsyncDisposable {
  /**
   * A model that workers offer, or offered before. Within `workerGrace` of the start any, since its worker may be on its
   * way back: a request to it waits.
   */
  model(id: string): ServedModel | undefined;
  /** What is going on, for gauges and health checks. */
  status(): GatewayStatus;
  /** Asks a worker to finish what it has and leave. @returns whether there is such a worker. */
  drainWorker(id: string): boolean;
  /** Refuses new requests, lets those that run finish (for `drainTimeout` at most), then closes. */
  drain(): Promise<void>;
}

/** Does what the public `createGateway` says. */
export async function openGateway(config: GatewayConfig, runtime: GatewayRuntime): Promise<Gateway> {
  return new WorkerGateway(parseConfig(gatewayConfigSchema, config, 'gateway config'), runtime);
}

class WorkerGateway implements Gateway, SessionHost, RequestHost, PoolHost, ModelHost {
  readonly heartbeatInterval: number;
  readonly missableHeartbeats: number;
  readonly streamWindow: number;
  readonly #config: Resolved<GatewayConfig>;
  readonly #runtime: GatewayRuntime;
  readonly #started = performance.now();
  /** All links, those that said no hello yet too. */
  readonly #links = new Set<WorkerSession>();
  readonly #workers = new Map<string, WorkerSession>();
  readonly #pools = new Map<string, ModelPool>();
  readonly #requests = new Set<GatewayRequest>();
  readonly #onIdle = new Set<() => void>();
  #draining: Promise<void> | undefined;
  #disposing: Promise<void> | undefined;

  constructor(config: Resolved<GatewayConfig>, runtime: GatewayRuntime) {
    this.#config = config;
    this.#runtime = runtime;
    this.heartbeatInterval = config.heartbeatInterval;
    this.missableHeartbeats = config.missableHeartbeats;
    this.streamWindow = config.streamWindow;
    for (const bus of runtime.buses)
      bus.accept({
        onLink: (link) => this.#links.add(new WorkerSession(link, this)),
        onFailure: (error, peer) => this.#tell({ type: 'bus-fail', bus: bus.name, peer, error }),
      });
  }

  models(): readonly ServedModel[] {
    return [...this.#pools.values()]
      .filter(({ sessions }) => sessions.size > 0)
      .map(({ model }) => new PoolModel(model, this));
  }

  model(id: string): ServedModel | undefined {
    const isStarting = performance.now() - this.#started < this.#config.workerGrace;
    return isStarting || this.#pools.get(id)?.isKnown ? new PoolModel(id, this) : undefined;
  }

  status(): GatewayStatus {
    return statusOf(this.#draining !== undefined, this.#pools.values(), this.#requests, this.#workers.values());
  }

  drainWorker(id: string): boolean {
    const session = this.#workers.get(id);
    session?.drain();
    return session !== undefined;
  }

  drain(): Promise<void> {
    this.#draining ??= this.#drain();
    return this.#draining;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#disposing ??= this.#close();
    return this.#disposing;
  }

  offers(model: string): readonly Offer[] {
    const { sessions = new Set<WorkerSession>() } = this.#pools.get(model) ?? {};
    return [...sessions].map(({ offers }) => offers.get(model)!);
  }

  submit(model: string, call: Call, routing: Routing): GatewayRequest {
    const request = new GatewayRequest(
      {
        id: routing.requestId ?? randomUUID(),
        model,
        call,
        caller: routing.caller ?? '',
        deadline: routing.deadline ?? Date.now() + this.#config.requestTimeout,
        affinity: routing.affinity,
      },
      this.streamWindow,
      this,
    );
    this.#requests.add(request);
    try {
      if (this.#draining !== undefined || this.#disposing !== undefined)
        throw new OverloadedError('The gateway is shutting down. Try another, or again in 5 s.', 5);
      this.#pool(model).submit(request);
    } catch (error) {
      request.fail(error, 'refused');
    }
    return request;
  }

  isTaken(worker: string, instance: string): boolean {
    const known = this.#workers.get(worker);
    return known !== undefined && known.instance !== instance;
  }

  onJoin(session: WorkerSession): void {
    this.#workers.get(session.id)?.replace();
    this.#workers.set(session.id, session);
    const models = [...session.offers.values()].map(({ model, capacity }) => ({ id: model, capacity }));
    this.#tell({ type: 'worker-join', worker: session.id, peer: session.peer, models });
    for (const { id } of models) this.#pool(id).join(session);
  }

  onRoom(session: WorkerSession): void {
    for (const model of session.offers.keys()) this.#pools.get(model)?.dispatch();
  }

  onDrain(session: WorkerSession): void {
    this.#tell({ type: 'worker-drain', worker: session.id, running: session.running });
    for (const model of session.offers.keys()) this.#pools.get(model)?.leave(session);
  }

  onLeave(
    session: WorkerSession,
    cause: Extract<GatewayEvent, { type: 'worker-leave' }>['cause'],
    problem: string,
  ): void {
    this.#links.delete(session);
    if (this.#workers.get(session.id) === session) this.#workers.delete(session.id);
    for (const model of session.offers.keys()) this.#pools.get(model)?.leave(session);
    this.#tell({ type: 'worker-leave', worker: session.id, cause, problem, running: session.running });
  }

  onRefusal(peer: string, error: VicunaError): void {
    this.#tell({ type: 'bus-fail', bus: 'protocol', peer, error });
  }

  onQueue(request: GatewayRequest, queued: number): void {
    this.#tell({ type: 'request-queue', ...this.#subject(request), queued });
  }

  onStart(request: GatewayRequest, session: WorkerSession, isAffine: boolean): void {
    const { attempts: attempt, milliseconds: queuedMilliseconds } = request;
    this.#tell({
      type: 'request-start',
      ...this.#subject(request),
      worker: session.id,
      attempt,
      queuedMilliseconds,
      isAffine,
    });
  }

  onFirstToken(request: GatewayRequest, worker: string): void {
    this.#tell({ type: 'first-token', ...this.#subject(request), worker, milliseconds: request.milliseconds });
  }

  onRetry(request: GatewayRequest, worker: string, problem: string): void {
    const { maximumAttempts } = this.#config;
    if (request.attempts >= maximumAttempts) {
      request.fail(
        new VicunaError(
          'worker-lost',
          `Request ${request.id} lost ${maximumAttempts} workers, one after the other; the last, ${worker}, ${problem}. Nothing of its reply came.`,
        ),
        'worker-lost',
      );
      return;
    }
    this.#tell({ type: 'request-retry', ...this.#subject(request), worker, problem });
    this.#pool(request.model).resubmit(request);
  }

  onEnd(request: GatewayRequest): void {
    this.#requests.delete(request);
    const { ending, milliseconds, attempts, usage, worker } = request;
    const { outcome, error } = ending!;
    const pool = this.#pools.get(request.model);
    pool?.ended(request, outcome === 'finished' ? request.runningMilliseconds / 1_000 : undefined);
    // A name that nobody offers leaves nothing behind.
    if (pool?.isKnown === false && pool.queued === 0) this.#pools.delete(request.model);
    this.#tell({
      type: 'request-end',
      ...this.#subject(request),
      outcome,
      ...(VicunaError.isInstance(error) ? { code: error.code } : {}),
      ...(error === undefined ? {} : { problem: error instanceof Error ? error.message : String(error) }),
      ...(worker === undefined ? {} : { worker }),
      attempts,
      ...(usage === undefined ? {} : { usage }),
      milliseconds,
    });
    if (this.#requests.size > 0) return;
    for (const resolve of this.#onIdle) resolve();
    this.#onIdle.clear();
  }

  #pool(model: string): ModelPool {
    const known = this.#pools.get(model);
    if (known !== undefined) return known;
    const pool = new ModelPool(model, this.#config, this.#started, this);
    this.#pools.set(model, pool);
    return pool;
  }

  #subject({ id: requestId, model, call: { kind } }: GatewayRequest) {
    return { requestId, model, kind };
  }

  #tell(event: GatewayEvent): void {
    this.#runtime.onEvent?.(event);
  }

  async #drain(): Promise<void> {
    const timer = new AbortController();
    const idle = new Promise<void>((resolve) => {
      if (this.#requests.size === 0) resolve();
      else this.#onIdle.add(resolve);
    });
    const timeout = sleep(this.#config.drainTimeout, undefined, { signal: timer.signal }).catch(() => undefined);
    await Promise.race([idle, timeout]);
    timer.abort();
    await this[Symbol.asyncDispose]();
  }

  async #close(): Promise<void> {
    const closed = () =>
      new VicunaError('disposed', 'The gateway was closed amid the request. Send it again to another, or later.');
    for (const request of [...this.#requests]) request.fail(closed());
    for (const session of [...this.#links]) session.close('was closed: the gateway ends');
    await Promise.all(this.#runtime.buses.map((bus) => bus[Symbol.asyncDispose]()));
  }
}
