// Events as TensorBoard reads them: `event.proto`, `summary.proto` and `tensor.proto` of TensorFlow, field by field.
import { maskedCrc32c } from './crc32c.js';
import { bytes, double, float, integer, message } from './protobuf.js';

/** What an event carries. */
export type EventContent =
  /** The first of every file. */
  | { readonly kind: 'version' }
  /** From this step on, what older files of the directory say is forgotten: the steps are taken again. */
  | { readonly kind: 'restart' }
  | { readonly kind: 'scalars'; readonly values: Readonly<Record<string, number>> }
  /** Markdown. */
  | { readonly kind: 'text'; readonly tag: string; readonly text: string };

/** @param seconds - since 1970. */
export function encodeEvent(content: EventContent, step: number, seconds: number): Uint8Array {
  return message(double(1, seconds), ...(step === 0 ? [] : [integer(2, step)]), contentOf(content));
}

/** A record of a TFRecord file: length and content, each with a checksum behind it. */
export function encodeRecord(content: Uint8Array): Uint8Array {
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(content.length));
  return Buffer.concat([length, checksum(length), content, checksum(content)]);
}

function contentOf(content: EventContent): Uint8Array {
  switch (content.kind) {
    case 'version':
      return bytes(3, 'brain.Event:2');
    case 'restart':
      return bytes(7, integer(1, SESSION_START));
    case 'scalars':
      return bytes(5, message(...Object.entries(content.values).map(([tag, value]) => scalar(tag, value))));
    case 'text':
      return bytes(5, text(content.tag, content.text));
  }
}

const SESSION_START = 1;
/** `DT_STRING` of `types.proto`. */
const STRING_TYPE = 7;

/** `Summary.Value` with `simple_value`, which every version of TensorBoard takes for a scalar. */
function scalar(tag: string, value: number): Uint8Array {
  return bytes(1, message(bytes(1, tag), float(2, value)));
}

/** `Summary.Value` with a tensor of one string, and the plugin that shows it. */
function text(tag: string, content: string): Uint8Array {
  const oneString = bytes(2, bytes(2, integer(1, 1)));
  const tensor = message(integer(1, STRING_TYPE), oneString, bytes(8, content));
  const metadata = bytes(1, bytes(1, 'text'));
  return bytes(1, message(bytes(1, tag), bytes(8, tensor), bytes(9, metadata)));
}

function checksum(content: Uint8Array): Uint8Array {
  const out = Buffer.alloc(4);
  out.writeUInt32LE(maskedCrc32c(content));
  return out;
}
