import { VicunaError } from '../../core/index.js';
import type { Link } from '../bus/index.js';
import {
  Channel,
  decodeEmbedding,
  type GatewayFrame,
  type ModelLoad,
  type Offer,
  PROTOCOL_VERSION,
  SilenceWatch,
  type WorkerFrame,
  workerFrameSchema,
} from '../bus/protocol/index.js';
import type { WorkerLeaveEvent } from './events.js';
import { errorOf, refusals } from './refusals.js';
import type { Assignment, GatewayRequest } from './request.js';

/** Milliseconds in which a worker must say hello. */
const HELLO = 5_000;

/** What a session needs of its gateway. */
export interface SessionHost {
  readonly heartbeatInterval: number;
  readonly missableHeartbeats: number;
  readonly streamWindow: number;
  /** Whether another worker has this id. */
  isTaken(worker: string, instance: string): boolean;
  onJoin(session: WorkerSession): void;
  /** It may have room that it had not. */
  onRoom(session: WorkerSession): void;
  onDrain(session: WorkerSession): void;
  /** Only after `onJoin`. Requests that it had are told after this. */
  onLeave(session: WorkerSession, cause: WorkerLeaveEvent['cause'], problem: string): void;
  onRefusal(peer: string, error: VicunaError): void;
}

/** A job's place on the worker: taken until the worker answers, also when nobody waits for the answer. */
interface Place extends Assignment {
  readonly model: string;
  request: GatewayRequest | undefined;
  /** Deltas that the worker may still send. */
  allowance: number;
}

/** A gateway's side of one link: a worker, the jobs it has, and how it is. */
export class WorkerSession {
  readonly peer: string;
  /** Its id, once it has said hello. */
  id = '';
  /** Tells it from another worker with the same id. */
  instance = '';
  isDraining = false;
  /** When it was last given a job, in jobs of the gateway. */
  lastAssigned = 0;
  readonly #host: SessionHost;
  readonly #channel: Channel<GatewayFrame, WorkerFrame>;
  readonly #offers = new Map<string, Offer>();
  readonly #load = new Map<string, ModelLoad>();
  readonly #own = new Map<string, number>();
  readonly #places = new Map<string, Place>();
  readonly #patience: NodeJS.Timeout;
  #silence: SilenceWatch | undefined;
  #isSilent = false;
  #isReplaced = false;
  #jobs = 0;

  constructor(link: Link, host: SessionHost) {
    this.peer = link.peer;
    this.#host = host;
    this.#channel = new Channel(link, workerFrameSchema, {
      onFrame: (frame) => this.#onFrame(frame),
      onClose: (problem) => this.#onClose(problem),
    });
    this.#patience = setTimeout(() => this.#channel.terminate('said no hello'), HELLO);
    this.#channel.open();
  }

  get offers(): ReadonlyMap<string, Offer> {
    return this.#offers;
  }

  /** Jobs that it has from this gateway. */
  get running(): number {
    return this.#places.size;
  }

  tokensPerSecond(model: string): number {
    return this.#load.get(model)?.tokensPerSecond ?? 0;
  }

  /** Jobs of a model that it can take now; none while it drains. */
  free(model: string): number {
    const { capacity = 0 } = this.#offers.get(model) ?? {};
    const used = (this.#own.get(model) ?? 0) + (this.#load.get(model)?.others ?? 0);
    return this.isDraining ? 0 : Math.max(0, capacity - used);
  }

  /** Share of its places for a model that are taken, 0 to 1. */
  fill(model: string): number {
    return 1 - this.free(model) / this.#offers.get(model)!.capacity;
  }

  /** @throws VicunaError `request-invalid` where the request is too long for any link. */
  assign(request: GatewayRequest): void {
    const job = String(++this.#jobs);
    const { model, call, id: trace } = request;
    const credit = this.#host.streamWindow;
    this.#channel.send({ type: 'job', job, model, trace, credit, call });
    const place: Place = {
      worker: this.id,
      model,
      request,
      allowance: credit,
      grant: (deltas) => {
        if (!this.#places.has(job)) return;
        place.allowance += deltas;
        this.#channel.send({ type: 'credit', job, deltas });
      },
      cancel: (reason) => {
        place.request = undefined;
        if (this.#places.has(job)) this.#channel.send({ type: 'cancel', job, reason });
      },
    };
    this.#places.set(job, place);
    this.#own.set(model, (this.#own.get(model) ?? 0) + 1);
    request.assigned(place);
  }

  /** Asks it to finish what it has and leave. */
  drain(): void {
    this.#channel.send({ type: 'drain' });
  }

  /** The same worker has connected anew. */
  replace(): void {
    this.#isReplaced = true;
    this.#channel.close('was replaced by a new connection of the same worker');
  }

  close(reason: string): void {
    this.#channel.close(reason);
  }

  #onFrame(frame: WorkerFrame): void {
    this.#silence?.heard();
    if (this.id === '' && frame.type !== 'hello') {
      this.#channel.close('did not begin with hello');
      return;
    }
    switch (frame.type) {
      case 'hello':
        this.#onHello(frame);
        return;
      case 'pong':
      case 'load':
        this.#onLoad(frame.load);
        return;
      case 'leaving':
        this.isDraining = true;
        this.#host.onDrain(this);
        return;
      case 'refuse':
        this.#onRefuse(frame);
        return;
      default:
        this.#onAnswer(frame);
        return;
    }
  }

  #onHello({ version, worker, instance, offers, load }: Extract<WorkerFrame, { type: 'hello' }>): void {
    clearTimeout(this.#patience);
    if (this.id !== '') {
      this.#channel.close('said hello twice');
      return;
    }
    if (version !== PROTOCOL_VERSION) {
      const versions = `the gateway speaks version ${PROTOCOL_VERSION} of the protocol, the worker ${version}`;
      this.#refuse(worker, `${versions}: run the same vicuna-sdk on both`);
      return;
    }
    if (this.#host.isTaken(worker, instance)) {
      this.#refuse(worker, 'another worker has its id: give each its own');
      return;
    }
    this.instance = instance;
    this.id = worker;
    for (const offer of offers) this.#offers.set(offer.model, offer);
    this.#setLoad(load);
    const { heartbeatInterval, missableHeartbeats } = this.#host;
    this.#channel.send({ type: 'welcome', version: PROTOCOL_VERSION, heartbeatInterval, missableHeartbeats });
    this.#silence = new SilenceWatch(
      heartbeatInterval,
      missableHeartbeats,
      () => {
        this.#isSilent = true;
        this.#channel.terminate(`missed ${missableHeartbeats} heartbeats`);
      },
      () => this.#channel.send({ type: 'heartbeat' }),
    );
    this.#host.onJoin(this);
  }

  #refuse(worker: string, reason: string): void {
    this.#channel.send({ type: 'refusal', reason });
    this.#channel.close(`of worker ${worker} was refused: ${reason}`);
  }

  #setLoad(load: readonly ModelLoad[]): void {
    for (const entry of load) this.#load.set(entry.model, entry);
  }

  #onLoad(load: readonly ModelLoad[]): void {
    this.#setLoad(load);
    this.#host.onRoom(this);
  }

  #onRefuse({ job, reason, load }: Extract<WorkerFrame, { type: 'refuse' }>): void {
    if (reason === 'unknown-model') {
      this.#channel.close('does not have a model that it offers');
      return;
    }
    if (reason === 'draining') this.isDraining = true;
    const request = this.#release(job);
    this.#setLoad(load);
    request?.refused(refusals[reason]);
  }

  #onAnswer(frame: Extract<WorkerFrame, { type: 'delta' | 'embeddings' | 'done' | 'error' }>): void {
    const place = this.#places.get(frame.job);
    if (place === undefined) {
      this.#channel.close(`answered job ${frame.job}, which it does not have`);
      return;
    }
    switch (frame.type) {
      case 'delta':
        place.allowance -= frame.deltas.length;
        if (place.allowance < 0) {
          this.#channel.close('sent more of a reply than it may');
          return;
        }
        place.request?.receive(frame.deltas);
        return;
      case 'embeddings': {
        const embeddings = frame.embeddings.map(decodeEmbedding);
        if (embeddings.includes(undefined)) {
          this.#channel.close('sent an embedding that is no float32 numbers');
          return;
        }
        place.request?.receiveEmbeddings(embeddings.map((embedding) => embedding!));
        return;
      }
      case 'done':
        this.#release(frame.job)?.finish(frame.reply);
        this.#host.onRoom(this);
        return;
      case 'error':
        this.#release(frame.job)?.fail(errorOf(frame));
        this.#host.onRoom(this);
        return;
    }
  }

  /** @returns the request that waits for the answer, if any does. */
  #release(job: string): GatewayRequest | undefined {
    const place = this.#places.get(job);
    if (place === undefined) return undefined;
    this.#places.delete(job);
    this.#own.set(place.model, this.#own.get(place.model)! - 1);
    return place.request;
  }

  #onClose(problem: string): void {
    clearTimeout(this.#patience);
    this.#silence?.[Symbol.dispose]();
    if (this.id === '') {
      this.#host.onRefusal(this.peer, new VicunaError('bus-unavailable', `A worker's link ${problem}.`));
      return;
    }
    const cause = this.#isReplaced
      ? 'replaced'
      : this.#isSilent
        ? 'silence'
        : this.isDraining
          ? 'drained'
          : 'disconnected';
    this.#host.onLeave(this, cause, problem);
    const places = [...this.#places.values()];
    this.#places.clear();
    this.#own.clear();
    for (const { request } of places) request?.lost(problem);
  }
}
