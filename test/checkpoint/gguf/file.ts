import { formatHeader, type GgufTensorSpecification } from '../../../src/checkpoint/gguf/format-header.js';
import type { GgufEntry, GgufMetadata } from '../../../src/checkpoint/gguf/metadata.js';

/** A file of one vector and one matrix, and metadata of every kind. */
export const sampleTensors: readonly GgufTensorSpecification[] = [
  { name: 'vector', type: 'F32', shape: [3] },
  { name: 'matrix', type: 'Q8_0', shape: [2, 64] },
];
export const sampleMetadata: GgufMetadata = new Map<string, GgufEntry>([
  ['uint8', { kind: 'uint8', value: 200 }],
  ['int8', { kind: 'int8', value: -100 }],
  ['uint16', { kind: 'uint16', value: 60_000 }],
  ['int16', { kind: 'int16', value: -30_000 }],
  ['uint32', { kind: 'uint32', value: 4_000_000_000 }],
  ['int32', { kind: 'int32', value: -2_000_000_000 }],
  ['float32', { kind: 'float32', value: 1.5 }],
  ['bool', { kind: 'bool', value: true }],
  ['string', { kind: 'string', value: 'Fähre 灯塔 🦙' }],
  ['uint64', { kind: 'uint64', value: 2n ** 64n - 1n }],
  ['int64', { kind: 'int64', value: -5 }],
  ['float64', { kind: 'float64', value: Math.PI }],
  ['texts', { kind: 'array', element: 'string', value: ['a', '', 'c'] }],
  ['flags', { kind: 'array', element: 'bool', value: [true, false] }],
  ['none', { kind: 'array', element: 'int32', value: [] }],
]);

/** A file whose tensors hold zeros. */
export function ggufBytes(
  metadata: GgufMetadata = sampleMetadata,
  tensors: readonly GgufTensorSpecification[] = sampleTensors,
  dataBytes = 32 + 160,
): Buffer {
  return Buffer.concat([formatHeader(metadata, tensors), Buffer.alloc(dataBytes)]);
}
