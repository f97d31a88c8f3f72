import { type Resolved, VicunaError } from '../../core/index.js';
import { OverloadedError } from '../types.js';
import { AffinityMap } from './affinity.js';
import type { GatewayConfig } from './config.js';
import { FairQueue } from './fair-queue.js';
import type { GatewayRequest } from './request.js';
import { WaitEstimate } from './wait-estimate.js';
import type { WorkerSession } from './worker-session.js';

/** Workers in turn that may turn a request down, each thinking that it has room elsewhere. */
const MOST_REFUSALS = 20;

/** How many times as fast a worker must be measured to be preferred for it. */
const CLEARLY_FASTER = 1.5;

/** What a pool tells its gateway. */
export interface PoolHost {
  onQueue(request: GatewayRequest, queued: number): void;
  onStart(request: GatewayRequest, session: WorkerSession, isAffine: boolean): void;
}

/** One model: the workers that offer it, the requests that wait for it, and who gets whom. */
export class ModelPool {
  readonly model: string;
  readonly #config: Resolved<GatewayConfig>;
  readonly #host: PoolHost;
  readonly #sessions = new Set<WorkerSession>();
  readonly #queue = new FairQueue<GatewayRequest>();
  readonly #affinity: AffinityMap;
  readonly #estimate = new WaitEstimate();
  /** Whether a worker ever offered it. */
  #isKnown = false;
  /** When it was last left without a worker, on the clock of `performance`. */
  #absentSince: number;
  #patience: NodeJS.Timeout | undefined;
  #assigned = 0;

  /** @param absentSince - when the gateway started: before, nobody can have offered it. */
  constructor(model: string, config: Resolved<GatewayConfig>, absentSince: number, host: PoolHost) {
    this.model = model;
    this.#config = config;
    this.#host = host;
    this.#absentSince = absentSince;
    this.#affinity = new AffinityMap(config.affinityEntries);
  }

  get sessions(): ReadonlySet<WorkerSession> {
    return this.#sessions;
  }

  get queued(): number {
    return this.#queue.size;
  }

  get isKnown(): boolean {
    return this.#isKnown;
  }

  /** Places of all workers, taken or not. */
  get capacity(): number {
    let sum = 0;
    for (const { offers } of this.#sessions) sum += offers.get(this.model)!.capacity;
    return sum;
  }

  join(session: WorkerSession): void {
    this.#isKnown = true;
    this.#sessions.add(session);
    clearTimeout(this.#patience);
    this.#patience = undefined;
    this.dispatch();
  }

  leave(session: WorkerSession): void {
    if (!this.#sessions.delete(session) || this.#sessions.size > 0) return;
    this.#absentSince = performance.now();
    this.#awaitWorker();
  }

  /** @throws OverloadedError, or VicunaError `model-not-found`, where waiting is in vain. */
  submit(request: GatewayRequest): void {
    if (this.#sessions.size === 0 && this.#graceLeft() <= 0) throw this.#absence();
    this.#requireTime(request);
    const canStart = this.#queue.size === 0 && this.#choose(request) !== undefined;
    if (!canStart) this.#makeRoom(request);
    this.#queue.push(request);
    this.dispatch();
    if (request.attempts > 0 || request.ending !== undefined) return;
    this.#host.onQueue(request, this.#queue.size);
    this.#awaitWorker();
  }

  /** A request that lost its worker is next. */
  resubmit(request: GatewayRequest): void {
    if (request.refusals > MOST_REFUSALS) {
      request.fail(this.#overloaded('every worker turned it down'), 'refused');
      return;
    }
    this.#queue.unshift(request);
    this.dispatch();
    this.#awaitWorker();
  }

  /** The request has ended. @param seconds - that its last worker had it for; absent where it never ran to its end */
  ended(request: GatewayRequest, seconds?: number): void {
    this.#queue.remove(request);
    if (seconds !== undefined) this.#estimate.measured(seconds);
  }

  /** Gives waiting requests to workers for as long as there are both. */
  dispatch(): void {
    for (;;) {
      const request = this.#queue.peek();
      const chosen = request === undefined ? undefined : this.#choose(request);
      if (request === undefined || chosen === undefined) return;
      this.#queue.shift();
      try {
        chosen.session.assign(request);
      } catch (error) {
        request.fail(error, 'refused');
        continue;
      }
      chosen.session.lastAssigned = ++this.#assigned;
      if (this.#sessions.size > 1 || chosen.isAffine) this.#affinity.remember(request.prefixes, chosen.session.id);
      this.#host.onStart(request, chosen.session, chosen.isAffine);
    }
  }

  /** Ends what waits. */
  fail(error: VicunaError): void {
    clearTimeout(this.#patience);
    for (const request of this.#queue.drain()) request.fail(error, 'refused');
  }

  /** The worker that had the conversation before, while it has room; otherwise the one with most room, then the fastest. */
  #choose(request: GatewayRequest): { session: WorkerSession; isAffine: boolean } | undefined {
    const free = [...this.#sessions].filter((session) => session.free(this.model) > 0);
    if (free.length === 0) return undefined;
    if (this.#sessions.size > 1) {
      const known = this.#affinity.find(request.prefixes);
      const session = known === undefined ? undefined : free.find(({ id }) => id === known);
      if (session !== undefined) return { session, isAffine: true };
    }
    const session = free.reduce((best, other) => (this.#prefers(other, best) ? other : best));
    return { session, isAffine: false };
  }

  #prefers(left: WorkerSession, right: WorkerSession): boolean {
    const { model } = this;
    const fill = left.fill(model) - right.fill(model);
    if (fill !== 0) return fill < 0;
    const [speed, other] = [left.tokensPerSecond(model), right.tokensPerSecond(model)];
    // Measurements of equal workers differ too; they take turns.
    const isClear = Math.max(speed, other) > CLEARLY_FASTER * Math.min(speed, other);
    return isClear ? speed > other : left.lastAssigned < right.lastAssigned;
  }

  /** @throws OverloadedError where the request's turn would come after its deadline. */
  #requireTime(request: GatewayRequest): void {
    if (this.#queue.size === 0) return;
    const wait = this.#estimate.seconds(this.#queue.ahead(request.caller) + 1, this.capacity);
    if (wait !== undefined && Date.now() + wait * 1_000 > request.deadline)
      throw this.#overloaded(`its turn would come in about ${Math.ceil(wait)} s, after its deadline`);
  }

  /** @throws OverloadedError where the queue is full, and nobody has more in it than this caller. */
  #makeRoom(request: GatewayRequest): void {
    if (this.#queue.size < this.#config.maximumQueued) return;
    const displaced = this.#queue.heaviest(request.caller);
    const full = this.#overloaded(`${this.#queue.size} requests wait already`);
    if (displaced === undefined) throw full;
    displaced.fail(full, 'refused');
  }

  #overloaded(why: string): OverloadedError {
    const retryAfter = Math.min(
      60,
      Math.max(1, Math.ceil(this.#estimate.seconds(this.#queue.size + 1, this.capacity) ?? 1)),
    );
    return new OverloadedError(
      `Model ${this.model} cannot take the request: ${why}. Try again in ${retryAfter} s.`,
      retryAfter,
    );
  }

  #absence(): VicunaError {
    if (this.#isKnown) return this.#overloaded('no worker that offers it is connected');
    return new VicunaError(
      'model-not-found',
      `No worker offers a model ${JSON.stringify(this.model)}. See which models there are, or start a worker with it.`,
    );
  }

  #graceLeft(): number {
    return this.#absentSince + this.#config.workerGrace - performance.now();
  }

  /** Lets requests wait for a worker until the grace is over. */
  #awaitWorker(): void {
    if (this.#sessions.size > 0 || this.#queue.size === 0 || this.#patience !== undefined) return;
    this.#patience = setTimeout(
      () => {
        this.#patience = undefined;
        // A timer counts whole milliseconds and may end within the last one of the grace.
        if (this.#graceLeft() > 0) this.#awaitWorker();
        else this.fail(this.#absence());
      },
      Math.max(0, Math.ceil(this.#graceLeft())),
    );
  }
}
