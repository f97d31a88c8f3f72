import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { VicunaError } from '../../../core/index.js';
import type { WorkerBus, WorkerBusListener } from '../link.js';
import { hash, isProof, proofOf, requireToken } from '../token.js';
import { acceptSchema, type Envelope, hereSchema, readNotice, textOf, writeNotice } from './envelope.js';
import { ANNOUNCEMENT, Inbox } from './inbox.js';
import { type NatsDialer, type NatsOptions, natsDialer } from './options.js';

/** Milliseconds in which a gateway must answer. */
const HANDSHAKE = 5_000;

/** How a worker finds gateways on NATS. @public */
export interface NatsWorkerBusOptions extends NatsOptions {
  /** One of the gateways' tokens. Neither side takes the other's word before it has proven to know it. */
  readonly token: string;
}

/** Does what the public `natsWorkerBus` says. */
export async function openNatsWorkerBus(options: NatsWorkerBusOptions): Promise<WorkerBus> {
  const { token, ...nats } = options;
  requireToken(token, 'natsWorkerBus');
  return new NatsWorkerBus(hash(token), await natsDialer(nats));
}

class NatsWorkerBus implements WorkerBus {
  readonly name = 'nats';
  readonly #key: Buffer;
  readonly #prefix: string;
  readonly #inbox: Inbox;
  readonly #id = randomUUID();
  readonly #subject: string;
  /** Links that gateways have not answered yet, by link; and the link to each gateway. */
  readonly #asked = new Map<string, { readonly gateway: string; readonly giveUp: NodeJS.Timeout }>();
  readonly #gateways = new Map<string, string>();
  #listener: WorkerBusListener | undefined;

  constructor(key: Buffer, dialer: NatsDialer) {
    this.#key = key;
    this.#prefix = dialer.prefix;
    this.#subject = `${dialer.prefix}.worker.${this.#id}`;
    this.#inbox = new Inbox(dialer, `vicuna-worker-${this.#id}`);
  }

  connect(listener: WorkerBusListener): void {
    this.#listener = listener;
    this.#inbox.start({
      subjects: [`${this.#prefix}.gateways`, this.#subject, `${this.#subject}.*`],
      onReady: (connection) =>
        connection.publish(`${this.#prefix}.workers`, writeNotice('look', '', { worker: this.#id })),
      onNotice: (envelope, connection) => this.#heed(envelope, connection),
      onFailure: (error, retryIn) => listener.onFailure(error, retryIn),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { giveUp } of this.#asked.values()) clearTimeout(giveUp);
    await this.#inbox[Symbol.asyncDispose]();
  }

  #heed(envelope: Envelope, connection: NatsConnection): void {
    if (envelope.verb === 'here') {
      const here = readNotice(hereSchema, envelope);
      if (here !== undefined) this.#open(here.gateway, here.nonce, connection);
    }
    if (envelope.verb === 'accept') {
      const accept = readNotice(acceptSchema, envelope);
      if (accept !== undefined) this.#begin(accept.link, accept.proof);
    }
    if (envelope.verb === 'close' && this.#answered(envelope.link) !== undefined)
      this.#fail(`A gateway on NATS turned the worker away: ${textOf(envelope.payload)}`);
  }

  #open(gateway: string, nonce: string, connection: NatsConnection): void {
    for (const [id, link] of this.#gateways)
      if (!this.#asked.has(link) && !this.#inbox.hasLink(link)) this.#gateways.delete(id);
    if (this.#gateways.has(gateway)) return;
    const link = randomUUID();
    this.#gateways.set(gateway, link);
    this.#asked.set(link, { gateway, giveUp: setTimeout(() => this.#asked.delete(link), HANDSHAKE) });
    const proof = proofOf(this.#key, ['worker', nonce, link, this.#id]);
    connection.publish(this.#subjectOf(gateway), writeNotice('open', link, { link, worker: this.#id, proof }));
  }

  #begin(link: string, proof: string): void {
    const gateway = this.#answered(link);
    if (gateway === undefined) return;
    const subjects = { own: this.#subject, peer: this.#subjectOf(gateway) };
    if (isProof(this.#key, ['gateway', link], proof))
      this.#listener?.onLink(this.#inbox.openLink(link, `NATS gateway ${gateway}`, subjects));
    else this.#fail(`Gateway ${gateway} on NATS did not prove that it knows the worker's token`);
  }

  /** @returns the gateway that was asked for this link. */
  #answered(link: string): string | undefined {
    const asked = this.#asked.get(link);
    if (asked === undefined) return undefined;
    clearTimeout(asked.giveUp);
    this.#asked.delete(link);
    return asked.gateway;
  }

  #fail(problem: string): void {
    const error = new VicunaError('unauthorized', `${problem}. Give gateway and worker the same token.`);
    this.#listener?.onFailure(error, ANNOUNCEMENT);
  }

  #subjectOf(gateway: string): string {
    return `${this.#prefix}.gateway.${gateway}`;
  }
}
