import type { NatsConnection } from '@nats-io/transport-node';
import { type Link, type LinkListener, MAXIMUM_MESSAGE_BYTES } from '../link.js';
import { ListenerQueue } from '../listener-queue.js';
import { bytesOf, type Envelope, HEAD_BYTES, textOf, writeEnvelope, writeNotice } from './envelope.js';

/** Of the inboxes at both ends. */
export interface LinkSubjects {
  readonly own: string;
  readonly peer: string;
}

/** One worker and one gateway, talking past each other's inboxes. */
export class NatsLink implements Link {
  readonly id: string;
  readonly peer: string;
  readonly #connection: NatsConnection;
  readonly #subjects: LinkSubjects;
  /** Where it is said that nobody listens at the other end. */
  readonly #reply: string;
  readonly #onEnd: () => void;
  readonly #queue = new ListenerQueue();
  #sent = 0;
  #received = 0;
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;

  /** @param onEnd - called once, when it is closed from either end. */
  constructor(id: string, peer: string, connection: NatsConnection, subjects: LinkSubjects, onEnd: () => void) {
    this.id = id;
    this.peer = peer;
    this.#connection = connection;
    this.#subjects = subjects;
    this.#reply = `${subjects.own}.${id}`;
    this.#onEnd = onEnd;
  }

  listen(listener: LinkListener): void {
    this.#queue.listen(listener);
  }

  send(message: string): void {
    if (this.#queue.isClosed) return;
    const bytes = bytesOf(message);
    const room = (this.#connection.info?.max_payload ?? 1 << 20) - HEAD_BYTES;
    for (let start = 0; start === 0 || start < bytes.length; start += room) {
      const payload = bytes.subarray(start, start + room);
      const isLast = start + room >= bytes.length;
      const piece = writeEnvelope({ verb: 'data', link: this.id, sequence: this.#sent++, isLast, payload });
      this.#connection.publish(this.#subjects.peer, piece, { reply: this.#reply });
    }
  }

  /** A piece that came for this link. */
  receive({ sequence, isLast, payload }: Envelope): void {
    if (sequence !== this.#received++) {
      this.close('lost a message on its way through NATS');
      return;
    }
    this.#pieceBytes += payload.length;
    if (this.#pieceBytes > MAXIMUM_MESSAGE_BYTES) {
      this.close(`got a message of over ${MAXIMUM_MESSAGE_BYTES} bytes`);
      return;
    }
    this.#pieces.push(payload);
    if (!isLast) return;
    const message = this.#pieces.length === 1 ? payload : Buffer.concat(this.#pieces);
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#queue.message(textOf(message));
  }

  close(reason: string): void {
    if (this.#queue.isClosed) return;
    if (!this.#connection.isClosed())
      this.#connection.publish(this.#subjects.peer, writeNotice('close', this.id, reason));
    this.terminate(reason);
  }

  terminate(reason: string): void {
    if (this.#queue.isClosed) return;
    this.#pieces = [];
    this.#queue.close(reason);
    this.#onEnd();
  }
}
