import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../src/train/tensorboard/crc32c.js';
import { encodeEvent, encodeRecord } from '../../../src/train/tensorboard/event.js';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

describe('An event file', () => {
  it('has the checksums of RFC 3720, appendix B.4', () => {
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, index) => index))).toBe(0x46dd794e);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });

  // As the protobuf classes of TensorBoard 2.21 serialise the same events.
  it.each([
    ['version', encodeEvent({ kind: 'version' }, 0, 1), '09000000000000f03f1a0d627261696e2e4576656e743a32'],
    ['restart', encodeEvent({ kind: 'restart' }, 5, 1), '09000000000000f03f10053a020801'],
    [
      'scalars',
      encodeEvent({ kind: 'scalars', values: { 'train/loss': 0.5 } }, 300, 1),
      '09000000000000f03f10ac022a130a110a0a747261696e2f6c6f7373150000003f',
    ],
    [
      'text',
      encodeEvent({ kind: 'text', tag: 's', text: 'hé' }, 1, 1),
      '09000000000000f03f10012a1e0a1c0a0173420d0807120412020801420368c3a94a080a060a0474657874',
    ],
  ])('writes a %s as protobuf does', (_, event, golden) => {
    expect(hex(event)).toBe(golden);
  });

  it('is made of records with a checksum of their length and one of their content', () => {
    expect(hex(encodeRecord(Buffer.from('abc')))).toBe('0300000000000000b099490e6162636e57f121');
  });
});
