import * as z from 'zod';
import { VicunaError } from '../../../core/index.js';
import { type Link, MAXIMUM_MESSAGE_BYTES } from '../link.js';

/** Bytes of frames that go into one message; a longer frame goes alone. */
const MESSAGE_TARGET = 64 << 10;

export interface ChannelListener<Received> {
  onFrame(frame: Received): void;
  /** Called once. @param reason - the end of the sentence "The link ...". */
  onClose(reason: string): void;
}

/**
 * Frames over a link. What is sent within one turn of the event loop goes out together: a model that computes many
 * replies at once makes a token of each of them in the same turn.
 */
export class Channel<Sent, Received> {
  readonly peer: string;
  readonly #link: Link;
  readonly #schema: z.ZodType<Received[]>;
  readonly #listener: ChannelListener<Received>;
  #pending: string[] = [];
  #atFlush: (() => void)[] = [];
  #flush: NodeJS.Immediate | undefined;
  #isClosed = false;

  constructor(link: Link, schema: z.ZodType<Received>, listener: ChannelListener<Received>) {
    this.peer = link.peer;
    this.#link = link;
    this.#schema = z.array(schema);
    this.#listener = listener;
  }

  /** Begins to receive. */
  open(): void {
    this.#link.listen({
      onMessage: (message) => this.#receive(message),
      onClose: (reason) => this.#end(reason),
    });
  }

  /** @throws VicunaError `request-invalid` for a frame that no link carries. */
  send(frame: Sent): void {
    if (this.#isClosed) return;
    const text = JSON.stringify(frame);
    // Two brackets around it; a UTF-16 unit takes three bytes at most.
    if (text.length * 3 + 2 > MAXIMUM_MESSAGE_BYTES && Buffer.byteLength(text) + 2 > MAXIMUM_MESSAGE_BYTES)
      throw new VicunaError(
        'request-invalid',
        `A request or reply of ${Buffer.byteLength(text)} bytes cannot be sent to or from a worker. ` +
          `Keep it below ${MAXIMUM_MESSAGE_BYTES} bytes.`,
      );
    this.#pending.push(text);
    this.#schedule();
  }

  /** Calls back just before what is pending is sent, to send more with it. */
  atFlush(action: () => void): void {
    this.#atFlush.push(action);
    this.#schedule();
  }

  /** Delivers what was sent, then ends the link. */
  close(reason: string): void {
    if (this.#isClosed) return;
    this.#send();
    this.#link.close(reason);
    this.#end(reason);
  }

  /** Ends the link without waiting for a peer that does not answer. */
  terminate(reason: string): void {
    this.#link.terminate(reason);
    this.#end(reason);
  }

  #schedule(): void {
    this.#flush ??= setImmediate(() => this.#send());
  }

  #send(): void {
    clearImmediate(this.#flush);
    this.#flush = undefined;
    const actions = this.#atFlush;
    this.#atFlush = [];
    for (const action of actions) action();
    const frames = this.#pending;
    this.#pending = [];
    let start = 0;
    let length = 0;
    for (const [index, frame] of frames.entries()) {
      if (index > start && length + frame.length > MESSAGE_TARGET) {
        this.#link.send(`[${frames.slice(start, index).join(',')}]`);
        start = index;
        length = 0;
      }
      length += frame.length;
    }
    if (start < frames.length) this.#link.send(`[${frames.slice(start).join(',')}]`);
    // Sending may have been asked for by the actions; it is done.
    clearImmediate(this.#flush);
    this.#flush = undefined;
  }

  #receive(message: string): void {
    if (this.#isClosed) return;
    const parsed = this.#schema.safeParse(parseJson(message));
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      this.close(`got a message that breaks the protocol (${issue?.path.map(String).join('.')}: ${issue?.message})`);
      return;
    }
    for (const frame of parsed.data) if (!this.#isClosed) this.#listener.onFrame(frame);
  }

  #end(reason: string): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearImmediate(this.#flush);
    this.#pending = [];
    this.#atFlush = [];
    this.#listener.onClose(reason);
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
