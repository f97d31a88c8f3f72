// What travels over NATS: one line that says which link a piece belongs to, then the piece. NATS keeps the order of one
// sender but may drop messages while a client reconnects, so pieces are numbered; and it carries about a megabyte at most,
// so long messages come in several.
import * as z from 'zod';

const word = z.string().regex(/^[\w-]{1,64}$/);
const proof = z.string().max(100);

/** A gateway that takes workers. Sent to all workers now and then, and to one that asks. */
export const hereSchema = z.object({ gateway: word, nonce: word });
/** A worker that looks for gateways. */
export const lookSchema = z.object({ worker: word });
/** A worker that opens a link. */
export const openSchema = z.object({ link: word, worker: word, proof });
/** A gateway's answer. */
export const acceptSchema = z.object({ link: word, proof });

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/** What a message is for. `data` and `close` belong to a link that is open. */
export type Verb = 'here' | 'look' | 'open' | 'accept' | 'data' | 'close';

export interface Envelope {
  readonly verb: Verb;
  readonly link: string;
  /** Place among the link's pieces, from 0. */
  readonly sequence: number;
  /** Whether this piece is the last of its message. */
  readonly isLast: boolean;
  readonly payload: Uint8Array;
}

const form = /^(here|look|open|accept|data|close) ([\w-]{0,64}) (\d{1,15}) ([01])$/;
/** Bytes of a first line, at most. */
export const HEAD_BYTES = 128;

export function writeEnvelope({ verb, link, sequence, isLast, payload }: Envelope): Uint8Array {
  const head = encoder.encode(`${verb} ${link} ${sequence} ${isLast ? 1 : 0}\n`);
  const bytes = new Uint8Array(head.length + payload.length);
  bytes.set(head);
  bytes.set(payload, head.length);
  return bytes;
}

/** A message that is about no link's data. */
export function writeNotice(verb: Exclude<Verb, 'data'>, link: string, content: object | string): Uint8Array {
  const payload = encoder.encode(typeof content === 'string' ? content : JSON.stringify(content));
  return writeEnvelope({ verb, link, sequence: 0, isLast: true, payload });
}

/** @returns `undefined` for what is none of ours. */
export function readEnvelope(bytes: Uint8Array): Envelope | undefined {
  const end = bytes.subarray(0, HEAD_BYTES).indexOf(10);
  const parts = end < 0 ? null : form.exec(decoder.decode(bytes.subarray(0, end)));
  if (parts === null) return undefined;
  const [, verb, link, sequence, last] = parts as unknown as [string, Verb, string, string, string];
  return { verb, link, sequence: Number(sequence), isLast: last === '1', payload: bytes.subarray(end + 1) };
}

/** The content of a notice. @returns `undefined` where it has another form. */
export function readNotice<Content>(schema: z.ZodType<Content>, { payload }: Envelope): Content | undefined {
  try {
    return schema.safeParse(JSON.parse(decoder.decode(payload))).data;
  } catch {
    return undefined;
  }
}

export const textOf = (payload: Uint8Array) => decoder.decode(payload);
export const bytesOf = (text: string) => encoder.encode(text);
