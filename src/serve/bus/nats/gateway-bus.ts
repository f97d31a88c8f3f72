import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '@nats-io/transport-node';
import { VicunaError } from '../../../core/index.js';
import type { GatewayBus, GatewayBusListener } from '../link.js';
import { proofOf, TokenSet } from '../token.js';
import { type Envelope, lookSchema, openSchema, readNotice, writeNotice } from './envelope.js';
import { ANNOUNCEMENT, Inbox } from './inbox.js';
import { type NatsDialer, type NatsOptions, natsDialer } from './options.js';

/** How a gateway listens on NATS. @public */
export interface NatsGatewayBusOptions extends NatsOptions {
  /** What workers may prove to know; see `WebSocketGatewayBusOptions.tokens`. They never travel through NATS. */
  readonly tokens: readonly string[];
}

/** Does what the public `natsGatewayBus` says. */
export async function openNatsGatewayBus(options: NatsGatewayBusOptions): Promise<GatewayBus> {
  const { tokens, ...nats } = options;
  return new NatsGatewayBus(new TokenSet(tokens, 'natsGatewayBus'), await natsDialer(nats));
}

class NatsGatewayBus implements GatewayBus {
  readonly name = 'nats';
  readonly #tokens: TokenSet;
  readonly #prefix: string;
  readonly #inbox: Inbox;
  readonly #id = randomUUID();
  readonly #subject: string;
  readonly #nonce = randomUUID();
  #listener: GatewayBusListener | undefined;
  #announcements: NodeJS.Timeout | undefined;

  constructor(tokens: TokenSet, dialer: NatsDialer) {
    this.#tokens = tokens;
    this.#prefix = dialer.prefix;
    this.#subject = `${dialer.prefix}.gateway.${this.#id}`;
    this.#inbox = new Inbox(dialer, `vicuna-gateway-${this.#id}`);
  }

  accept(listener: GatewayBusListener): void {
    this.#listener = listener;
    this.#inbox.start({
      subjects: [`${this.#prefix}.workers`, this.#subject, `${this.#subject}.*`],
      onReady: (connection) => this.#announce(connection),
      onNotice: (envelope, connection) => this.#heed(envelope, connection),
      onFailure: (error) => listener.onFailure(error, 'NATS'),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#announcements);
    await this.#inbox[Symbol.asyncDispose]();
  }

  #announce(connection: NatsConnection): void {
    const here = writeNotice('here', '', { gateway: this.#id, nonce: this.#nonce });
    const publish = () => connection.publish(`${this.#prefix}.gateways`, here);
    clearInterval(this.#announcements);
    this.#announcements = setInterval(publish, ANNOUNCEMENT);
    publish();
  }

  #heed(envelope: Envelope, connection: NatsConnection): void {
    if (envelope.verb === 'look') {
      const look = readNotice(lookSchema, envelope);
      const here = writeNotice('here', '', { gateway: this.#id, nonce: this.#nonce });
      if (look !== undefined) connection.publish(`${this.#prefix}.worker.${look.worker}`, here);
    }
    const open = envelope.verb === 'open' ? readNotice(openSchema, envelope) : undefined;
    if (open === undefined || this.#inbox.hasLink(open.link)) return;
    const peer = `${this.#prefix}.worker.${open.worker}`;
    const key = this.#tokens.keyOf(['worker', this.#nonce, open.link, open.worker], open.proof);
    if (key === undefined) {
      connection.publish(peer, writeNotice('close', open.link, 'the worker token is wrong'));
      const error = new VicunaError('unauthorized', 'A worker was turned away: its worker token is wrong.');
      this.#listener?.onFailure(error, `NATS worker ${open.worker}`);
      return;
    }
    const link = this.#inbox.openLink(open.link, `NATS worker ${open.worker}`, { own: this.#subject, peer });
    connection.publish(
      peer,
      writeNotice('accept', open.link, { link: open.link, proof: proofOf(key, ['gateway', open.link]) }),
    );
    this.#listener?.onLink(link);
  }
}
