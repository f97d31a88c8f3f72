import { VicunaError } from '../../core/index.js';
import { IGNORED_LABEL } from '../../engine/index.js';
import type { SupervisedExample } from '../supervised/example.js';

// How an example lies in a store: three 32-bit words (tokens, bytes a token, bytes of the name), the tokens in 16 bits
// each where all of them fit and in 32 otherwise, one bit a token saying whether it is learned, the name (id and
// segmentOf as JSON) in UTF-8. Four times smaller than two arrays of 32-bit ids, and a label needs no room: it is the
// token or nothing.
const HEADER_BYTES = 12;

type Name = Pick<SupervisedExample, 'id' | 'segmentOf'>;

/**
 * @throws VicunaError `data-malformed` when labels and tokens do not belong together.
 */
export function encodeExample({ id, segmentOf, tokens, labels }: SupervisedExample): Uint8Array<ArrayBuffer> {
  checkLabels(id, tokens, labels);
  const name = new TextEncoder().encode(JSON.stringify({ id, segmentOf } satisfies Name));
  const tokenBytes = tokens.every((token) => token < 0x10000) ? 2 : 4;
  const maskStart = HEADER_BYTES + tokens.length * tokenBytes;
  const nameStart = maskStart + Math.ceil(tokens.length / 8);
  const record = new Uint8Array(nameStart + name.length);
  new Uint32Array(record.buffer, 0, 3).set([tokens.length, tokenBytes, name.length]);
  tokenView(record, tokens.length, tokenBytes).set(tokens);
  for (let index = 0; index < tokens.length; index++)
    if (labels[index] !== IGNORED_LABEL) record[maskStart + (index >> 3)]! |= 1 << (index & 7);
  record.set(name, nameStart);
  return record;
}

/** @param record - at the start of its own buffer, as the tokens in it are read in place. */
export function decodeExample(record: Uint8Array<ArrayBuffer>): SupervisedExample {
  const [length, tokenBytes, nameLength] = new Uint32Array(record.buffer, 0, 3) as unknown as [number, number, number];
  const tokens = Int32Array.from(tokenView(record, length, tokenBytes));
  const labels = new Int32Array(length).fill(IGNORED_LABEL);
  const maskStart = HEADER_BYTES + length * tokenBytes;
  for (let index = 0; index < length; index++)
    if ((record[maskStart + (index >> 3)]! >> (index & 7)) & 1) labels[index] = tokens[index]!;
  const name: Name = JSON.parse(new TextDecoder().decode(record.subarray(record.length - nameLength)));
  return { ...name, tokens, labels, supervisedTokens: countTargets(labels) };
}

/** Bytes of the record that begins at `start`; `undefined` where its first words are not all there. */
export function encodedLength(bytes: Uint8Array<ArrayBuffer>, start: number): number | undefined {
  if (start + HEADER_BYTES > bytes.length) return undefined;
  const header = new DataView(bytes.buffer, bytes.byteOffset + start, HEADER_BYTES);
  const [length, tokenBytes, nameLength] = [0, 4, 8].map((at) => header.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  return HEADER_BYTES + length * tokenBytes + Math.ceil(length / 8) + nameLength;
}

/** How many tokens of a sequence are predicted: its labels but the first, which has nothing before it. */
export function countTargets(labels: Int32Array): number {
  let count = 0;
  for (let index = 1; index < labels.length; index++) if (labels[index] !== IGNORED_LABEL) count++;
  return count;
}

function tokenView(record: Uint8Array<ArrayBuffer>, length: number, tokenBytes: number): Uint16Array | Uint32Array {
  const View = tokenBytes === 2 ? Uint16Array : Uint32Array;
  return new View(record.buffer, HEADER_BYTES, length);
}

function checkLabels(id: string, tokens: Int32Array, labels: Int32Array): void {
  const fail = (problem: string): never => {
    throw new VicunaError('data-malformed', `Example ${JSON.stringify(id)} cannot be trained on: ${problem}.`);
  };
  if (labels.length !== tokens.length)
    fail(`it has ${tokens.length} tokens but ${labels.length} labels; give one label a token`);
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index]!;
    const label = labels[index]!;
    if (token < 0) fail(`token ${index} is ${token}; ids count from 0`);
    if (label !== IGNORED_LABEL && label !== token)
      fail(`label ${index} is ${label}, but a label is its own token (${token}) or ${IGNORED_LABEL}`);
  }
}
