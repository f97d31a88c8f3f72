import type { WebSocket } from 'ws';
import type { Link, LinkListener } from '../link.js';
import { ListenerQueue } from '../listener-queue.js';

/** Milliseconds that a peer has to answer a closing handshake. */
const CLOSING = 2_000;

/** A WebSocket as a link. */
export class WebSocketLink implements Link {
  readonly peer: string;
  readonly #socket: WebSocket;
  readonly #queue = new ListenerQueue();

  constructor(socket: WebSocket, peer: string) {
    this.peer = peer;
    this.#socket = socket;
    // What is no text is no message of ours; it is read as one, and the protocol refuses it.
    socket.on('message', (data) => this.#queue.message(String(data)));
    let problem = '';
    socket.on('error', (error) => {
      problem = error.message;
    });
    socket.on('close', (code, reason) => {
      const said = problem || String(reason);
      this.#queue.close(`lost its connection (${said === '' ? `WebSocket code ${code}` : said})`);
    });
  }

  listen(listener: LinkListener): void {
    this.#queue.listen(listener);
  }

  send(message: string): void {
    if (this.#socket.readyState === this.#socket.OPEN) this.#socket.send(message);
  }

  close(reason: string): void {
    this.#queue.close(reason);
    // Control frames carry 123 bytes at most.
    this.#socket.close(1000, Buffer.from(reason).subarray(0, 120).toString());
    setTimeout(() => this.#socket.terminate(), CLOSING).unref();
  }

  terminate(reason: string): void {
    this.#queue.close(reason);
    this.#socket.terminate();
  }
}
