import type { Link } from '../bus/index.js';
import {
  Channel,
  type GatewayFrame,
  gatewayFrameSchema,
  PROTOCOL_VERSION,
  SilenceWatch,
  type WorkerFrame,
} from '../bus/protocol/index.js';
import type { WorkerEvent } from './events.js';
import { Job } from './job.js';
import type { Slots } from './slots.js';

/** Milliseconds in which a gateway must say welcome. */
const WELCOME = 5_000;

/** What a session needs of its worker. */
export interface SessionHost {
  readonly id: string;
  /** Of this worker, not of another one with its id. */
  readonly instance: string;
  readonly slots: Slots;
  readonly isDraining: boolean;
  tell(event: WorkerEvent): void;
  /** A job ended: there is room. */
  onRoom(session: GatewaySession): void;
  onEnd(session: GatewaySession): void;
  /** The gateway asks for it. */
  onDrain(): void;
}

/** A worker's side of one link: takes a gateway's jobs until the link ends, which ends them too. */
export class GatewaySession {
  readonly #host: SessionHost;
  readonly #channel: Channel<WorkerFrame, GatewayFrame>;
  readonly #jobs = new Map<string, Job>();
  readonly #patience: NodeJS.Timeout;
  #silence: SilenceWatch | undefined;

  constructor(link: Link, host: SessionHost) {
    this.#host = host;
    this.#channel = new Channel(link, gatewayFrameSchema, {
      onFrame: (frame) => this.#onFrame(frame),
      onClose: (reason) => this.#onClose(reason),
    });
    this.#patience = setTimeout(() => this.#channel.terminate('got no welcome from the gateway'), WELCOME);
    this.#channel.open();
    this.#channel.send({
      type: 'hello',
      version: PROTOCOL_VERSION,
      worker: host.id,
      instance: host.instance,
      offers: host.slots.offers,
      load: host.slots.loadFor(this),
    });
    if (host.isDraining) this.sayLeaving();
  }

  sayLeaving(): void {
    this.#channel.send({ type: 'leaving' });
  }

  sayLoad(): void {
    this.#channel.send({ type: 'load', load: this.#host.slots.loadFor(this) });
  }

  close(reason: string): void {
    this.#channel.close(reason);
  }

  #onFrame(frame: GatewayFrame): void {
    this.#silence?.heard();
    switch (frame.type) {
      case 'welcome':
        this.#onWelcome(frame);
        return;
      case 'refusal':
        this.#channel.close(`was refused: ${frame.reason}`);
        return;
      case 'heartbeat':
        this.#channel.send({ type: 'pong', load: this.#host.slots.loadFor(this) });
        return;
      case 'drain':
        this.#host.onDrain();
        return;
      case 'job':
        this.#onJob(frame);
        return;
      case 'credit':
        this.#jobs.get(frame.job)?.grant(frame.deltas);
        return;
      case 'cancel':
        this.#jobs.get(frame.job)?.cancel(frame.reason);
        return;
    }
  }

  #onWelcome({ heartbeatInterval, missableHeartbeats }: Extract<GatewayFrame, { type: 'welcome' }>): void {
    clearTimeout(this.#patience);
    const onSilence = () => this.#channel.terminate('heard nothing from the gateway any more');
    this.#silence ??= new SilenceWatch(heartbeatInterval, missableHeartbeats, onSilence);
    this.#host.tell({ type: 'gateway-join', gateway: this.#channel.peer });
  }

  #onJob(frame: Extract<GatewayFrame, { type: 'job' }>): void {
    const { job: id, model: name, trace: requestId } = frame;
    const { slots } = this.#host;
    const model = this.#host.isDraining ? 'draining' : slots.take(name, this);
    if (typeof model === 'string') {
      this.#channel.send({ type: 'refuse', job: id, reason: model, load: slots.loadFor(this) });
      return;
    }
    const job = new Job(frame, model, this.#channel);
    this.#jobs.set(id, job);
    this.#host.tell({ type: 'job-start', model: name, requestId });
    void job.run().then(({ tokensPerSecond, ...end }) => {
      this.#jobs.delete(id);
      slots.free(name, this);
      if (tokensPerSecond !== undefined) slots.measured(name, tokensPerSecond);
      this.#host.tell({ type: 'job-end', model: name, requestId, ...end });
      this.#host.onRoom(this);
    });
  }

  #onClose(reason: string): void {
    clearTimeout(this.#patience);
    this.#silence?.[Symbol.dispose]();
    this.#host.tell({ type: 'gateway-leave', gateway: this.#channel.peer, reason, abandoned: this.#jobs.size });
    for (const job of this.#jobs.values()) job.cancel(`The link to the gateway ${reason}.`);
    this.#host.onEnd(this);
  }
}
