// The seam between gateway and worker on one side and whatever carries their messages on the other. Two buses are built in; a
// third one is a GatewayBus and a WorkerBus.
import type { VicunaError } from '../../core/index.js';

/** What a {@link Link} tells its user. Nothing is told after `onClose`. @public */
export interface LinkListener {
  /** A message of the other side came, whole and in order. */
  onMessage(message: string): void;
  /**
   * The link has ended, from whichever side; called once.
   *
   * @param reason - the end of the sentence "The link ...": `was closed by the peer (1006)`.
   */
  onClose(reason: string): void;
}

/**
 * Messages between one gateway and one worker, both ways: whole, in order, none lost and none twice. A link that cannot
 * keep that closes. Both ends have proven who they are before there is a link.
 *
 * @public
 */
export interface Link {
  /** Who is at the other end, for events and logs. */
  readonly peer: string;
  /** Called once, when the link is handed over: messages that came before are delivered then. */
  listen(listener: LinkListener): void;
  /** Without effect once the link is closed. */
  send(message: string): void;
  /** Delivers what was sent, then ends the link; `onClose` is called. */
  close(reason: string): void;
  /** Ends the link at once, whatever was sent: the peer does not answer. */
  terminate(reason: string): void;
}

/** What a {@link GatewayBus} tells its gateway. @public */
export interface GatewayBusListener {
  /** A worker has connected and shown that it may. Called before its first message is read. */
  onLink(link: Link): void;
  /** Somebody was turned away before there was a link, or the bus cannot be reached; the bus goes on by itself. */
  onFailure(error: VicunaError, peer: string): void;
}

/** Where workers reach a gateway. Disposing of it closes its links. @public */
export interface GatewayBus extends AsyncDisposable {
  /** `web-socket` or `nats`. */
  readonly name: string;
  /** Called once, by the gateway. */
  accept(listener: GatewayBusListener): void;
}

/** What a {@link WorkerBus} tells its worker. @public */
export interface WorkerBusListener {
  /** A gateway has been reached. Called before its first message is read. */
  onLink(link: Link): void;
  /** A gateway could not be reached or turned the worker away. @param retryIn - milliseconds until the next attempt. */
  onFailure(error: VicunaError, retryIn: number): void;
}

/** How a worker reaches its gateways: it connects out. Disposing of it closes its links. @public */
export interface WorkerBus extends AsyncDisposable {
  /** `web-socket` or `nats`. */
  readonly name: string;
  /** Connects, and again whenever a link ends, until disposed. Called once, by the worker. */
  connect(listener: WorkerBusListener): void;
}

/** Bytes of the largest message a link carries. A longer one is refused before it is sent, and never read. */
export const MAXIMUM_MESSAGE_BYTES = 16 << 20;
