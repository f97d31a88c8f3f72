import * as fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import type { Link, LinkListener } from '../../../src/serve/bus/link.js';
import { readEnvelope, writeEnvelope } from '../../../src/serve/bus/nats/envelope.js';
import { decodeEmbedding, encodeEmbedding } from '../../../src/serve/bus/protocol/call.js';
import { Channel } from '../../../src/serve/bus/protocol/channel.js';
import { Credit } from '../../../src/serve/bus/protocol/credit.js';
import { type GatewayFrame, gatewayFrameSchema, workerFrameSchema } from '../../../src/serve/bus/protocol/frames.js';
import { SilenceWatch } from '../../../src/serve/bus/protocol/silence.js';

describe('Frames', () => {
  it('carry embeddings bit for bit, of every float there is', () => {
    void fc.assert(
      fc.property(fc.float32Array({ maxLength: 40 }), (values) => {
        const decoded = decodeEmbedding(encodeEmbedding({ values, tokens: 3 }))!;
        expect(Buffer.from(decoded.values.buffer)).toEqual(
          Buffer.from(values.buffer, values.byteOffset, values.byteLength),
        );
      }),
    );
    expect(decodeEmbedding({ values: 'AAAA', tokens: 1 })).toBeUndefined();
  });

  it('refuse what has another form, options that are unknown most of all', () => {
    const job = { type: 'job', job: '1', model: 'm', trace: 't', credit: 1 };
    const call = (options: object) => ({ ...job, call: { kind: 'chat', messages: [], options } });
    expect(gatewayFrameSchema.safeParse(call({ temperature: 0 })).success).toBe(true);
    for (const wrong of [
      {},
      null,
      [],
      { type: 'job' },
      call({ temprature: 0 }),
      { ...call({}), credit: 0 },
      { ...call({}), job: '' },
    ])
      expect(gatewayFrameSchema.safeParse(wrong).success, JSON.stringify(wrong)).toBe(false);
  });

  it('tolerate features and codes of a later version', () => {
    const offers = [{ model: 'm', features: ['seed', 'telepathy'], kinds: ['chat', 'dream'], capacity: 1 }];
    const hello = { type: 'hello', version: 1, worker: 'w', instance: 'i', offers, load: [] };
    expect(workerFrameSchema.parse(hello)).toMatchObject({ offers: [{ features: ['seed'], kinds: ['chat'] }] });
    const error = { type: 'error', job: '1', code: 'of-tomorrow', message: '', trace: '' };
    expect(workerFrameSchema.parse(error)).toEqual(error);
  });

  it('do not say of a worker what a log would take for something else', () => {
    const hello = { type: 'hello', version: 1, worker: 'w\nfake log line', instance: 'i', offers: [], load: [] };
    expect(workerFrameSchema.safeParse(hello).success).toBe(false);
  });
});

/** A link whose other end the test is. */
function openChannel() {
  const sent: string[] = [];
  const frames: GatewayFrame[] = [];
  const closed: string[] = [];
  let listener!: LinkListener;
  const link: Link = {
    peer: 'test',
    listen: (given) => {
      listener = given;
    },
    send: (message) => void sent.push(message),
    close: () => undefined,
    terminate: () => undefined,
  };
  const channel = new Channel<unknown, GatewayFrame>(link, gatewayFrameSchema, {
    onFrame: (frame) => frames.push(frame),
    onClose: (reason) => closed.push(reason),
  });
  channel.open();
  return { channel, sent, frames, closed, receive: (message: string) => listener.onMessage(message) };
}

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

describe('A channel', () => {
  it('sends what one turn of the event loop brings in one message, in order', async () => {
    const { channel, sent } = openChannel();
    channel.send(1);
    channel.atFlush(() => channel.send(3));
    channel.send(2);
    expect(sent).toEqual([]);
    await nextTurn();
    channel.send(4);
    await nextTurn();
    await nextTurn();
    expect(sent).toEqual(['[1,2,3]', '[4]']);
  });

  it('cuts between frames where a message would be long, and refuses a frame that is too long for any', async () => {
    const { channel, sent } = openChannel();
    const long = 'x'.repeat(40_000);
    for (let index = 0; index < 3; index++) channel.send(long);
    await nextTurn();
    expect(sent.map((message) => JSON.parse(message).length)).toEqual([1, 1, 1]);
    expect(() => channel.send('x'.repeat(17 << 20))).toThrow(expect.objectContaining({ code: 'request-invalid' }));
  });

  it('closes at the first message that breaks the protocol, and heeds nothing after it', () => {
    const { frames, closed, receive } = openChannel();
    receive('[{"type":"heartbeat"}]');
    receive('[{"type":"heartbeat"},{"type":"strange"}]');
    receive('[{"type":"heartbeat"}]');
    expect(frames).toHaveLength(1);
    expect(closed).toEqual([expect.stringContaining('breaks the protocol')]);
  });

  it('delivers what was sent before it is closed', () => {
    const { channel, sent, closed } = openChannel();
    channel.send(1);
    channel.close('was done');
    channel.send(2);
    expect(sent).toEqual(['[1]']);
    expect(closed).toEqual(['was done']);
  });
});

describe('Credit', () => {
  it('makes whoever used it up wait for more, or for the signal', async () => {
    const credit = new Credit(2);
    const { signal } = new AbortController();
    expect([credit.use(), credit.use()]).toEqual([false, true]);
    let isThrough = false;
    const waiting = credit.refilled(signal).then(() => {
      isThrough = true;
    });
    await nextTurn();
    expect(isThrough).toBe(false);
    credit.grant(1);
    await waiting;
    expect(credit.use()).toBe(true);
    const abort = new AbortController();
    const aborted = credit.refilled(abort.signal);
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
  });
});

describe('SilenceWatch', () => {
  it('counts beats without a word, not the time that this process stood still', () => {
    vi.useFakeTimers();
    try {
      const onSilence = vi.fn();
      using watch = new SilenceWatch(100, 3, onSilence);
      vi.advanceTimersByTime(350);
      watch.heard();
      vi.advanceTimersByTime(300);
      expect(onSilence).not.toHaveBeenCalled();
      vi.advanceTimersByTime(10_000);
      expect(onSilence).toHaveBeenCalledTimes(1);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('An envelope for NATS', () => {
  it('is read as it was written, and nothing else is read at all', () => {
    void fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), fc.nat(), fc.boolean(), (payload, sequence, isLast) => {
        const envelope = { verb: 'data', link: 'a-b_9', sequence, isLast, payload } as const;
        const read = readEnvelope(writeEnvelope(envelope))!;
        expect({ ...read, payload: [...read.payload] }).toEqual({ ...envelope, payload: [...payload] });
        expect(readEnvelope(payload)).toBeUndefined();
      }),
    );
    for (const other of [
      'data a 1\n',
      'data a 1 2\n',
      'evil a 0 1\n',
      'data a.b 0 1\n',
      `data ${'a'.repeat(200)} 0 1\n`,
    ])
      expect(readEnvelope(Buffer.from(other)), other).toBeUndefined();
  });
});
