import { setTimeout as sleep } from 'node:timers/promises';
import type { NatsConnection } from '@nats-io/transport-node';
import { VicunaError } from '../../../core/index.js';
import { Backoff } from '../backoff.js';
import { type Envelope, readEnvelope, textOf, writeNotice } from './envelope.js';
import { type LinkSubjects, NatsLink } from './link.js';
import type { NatsDialer } from './options.js';

/** Milliseconds between the signs of life that gateways give to workers which do not know them yet. */
export const ANNOUNCEMENT = 2_000;

/** Milliseconds for the last words to be delivered. */
const FAREWELL = 1_000;

/** NATS' code of an answer that says so. */
const NOBODY_LISTENS = 503;

/** What a side of the bus does with its connection. */
export interface InboxUser {
  /** Subjects it listens to. */
  readonly subjects: readonly string[];
  /** The connection is there, or there again. */
  onReady(connection: NatsConnection): void;
  /** A message that belongs to no link. */
  onNotice(envelope: Envelope, connection: NatsConnection): void;
  onFailure(error: VicunaError, retryIn: number): void;
}

/** One client of NATS: connects for as long as it takes, and hands each message to the link it belongs to. */
export class Inbox implements AsyncDisposable {
  readonly #dialer: NatsDialer;
  readonly #name: string;
  readonly #links = new Map<string, NatsLink>();
  readonly #stopped = new AbortController();
  #connection: NatsConnection | undefined;
  #running: Promise<void> | undefined;

  constructor(dialer: NatsDialer, name: string) {
    this.#dialer = dialer;
    this.#name = name;
  }

  start(user: InboxUser): void {
    this.#running = this.#run(user);
  }

  hasLink(id: string): boolean {
    return this.#links.has(id);
  }

  openLink(id: string, peer: string, subjects: LinkSubjects): NatsLink {
    const link = new NatsLink(id, peer, this.#connection!, subjects, () => this.#links.delete(id));
    this.#links.set(id, link);
    return link;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped.abort();
    for (const link of [...this.#links.values()]) link.close('was closed: the peer leaves');
    // An attempt to connect that is under way ends by itself.
    if (this.#connection === undefined) return;
    // Draining delivers the last words, for which a server must be there.
    const farewell = this.#connection.drain().catch(() => undefined);
    await Promise.race([farewell, sleep(FAREWELL, undefined, { ref: false })]);
    await this.#connection?.close();
    await this.#running;
  }

  /** Until disposed. */
  async #run(user: InboxUser): Promise<void> {
    const backoff = new Backoff(this.#dialer.backoff);
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      try {
        const connection = await this.#dialer.dial(this.#name);
        if (signal.aborted) return await connection.close();
        await this.#use(connection, user);
      } catch (error) {
        const delay = backoff.delay();
        user.onFailure(error as VicunaError, delay);
        await sleep(delay, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  /** Until the connection is closed for good: by us, or since the server no longer takes the login. */
  async #use(connection: NatsConnection, user: InboxUser): Promise<void> {
    this.#connection = connection;
    for (const subject of user.subjects)
      connection.subscribe(subject, {
        callback: (error, message) => {
          if (error !== null) return;
          // The server itself answers, in the link's name, when nobody listens to what the link sends.
          if (message.headers?.code === NOBODY_LISTENS)
            this.#links.get(message.subject.split('.').at(-1)!)?.terminate('lost its peer, which is no longer on NATS');
          const envelope = readEnvelope(message.data);
          if (envelope !== undefined) this.#sort(envelope, message.reply, connection, user);
        },
      });
    user.onReady(connection);
    for await (const { type } of connection.status()) {
      // What was under way may be lost; links that may have lost a message are over, also when the peer is still there.
      if (type === 'disconnect') this.#closeAll('lost its connection to NATS');
      if (type === 'reconnect') user.onReady(connection);
    }
    this.#closeAll('lost its connection to NATS');
    const reason = await connection.closed();
    this.#connection = undefined;
    if (reason instanceof Error && !this.#stopped.signal.aborted)
      throw new VicunaError('bus-unavailable', `NATS closed the connection: ${reason.message}.`, { cause: reason });
  }

  #sort(envelope: Envelope, reply: string | undefined, connection: NatsConnection, user: InboxUser): void {
    const { verb } = envelope;
    if (verb !== 'data' && verb !== 'close') {
      user.onNotice(envelope, connection);
      return;
    }
    const link = this.#links.get(envelope.link);
    if (link !== undefined) {
      if (verb === 'close') {
        link.terminate(`was closed by the peer: ${textOf(envelope.payload)}`);
        return;
      }
      link.receive(envelope);
      return;
    }
    if (verb === 'close') {
      user.onNotice(envelope, connection);
      return;
    }
    // One end goes on with a link that the other has left.
    if (reply?.startsWith(`${this.#dialer.prefix}.`))
      connection.publish(reply, writeNotice('close', envelope.link, 'there is no such link'));
  }

  #closeAll(reason: string): void {
    for (const link of [...this.#links.values()]) link.terminate(reason);
  }
}
