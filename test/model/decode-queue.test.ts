import { describe, expect, it } from 'vitest';
import type { DecodeRequest, KeyValueCache, Transformer } from '../../src/engine/index.js';
import { DecodeQueue } from '../../src/model/generation/decode-queue.js';

/** A transformer that notes what it is asked and answers when it is told to. */
function manualTransformer() {
  const steps: {
    readonly requests: readonly DecodeRequest[];
    finish(): Promise<void>;
    fail(error: Error): Promise<void>;
  }[] = [];
  let running = 0;
  const settled = () => new Promise<void>((resolve) => setImmediate(resolve));
  const decode = (_: unknown, requests: readonly DecodeRequest[]) =>
    new Promise<Float32Array[]>((resolve, reject) => {
      if (++running > 1) throw new Error('two calls at once');
      const end = (settle: () => void) => {
        running--;
        settle();
        return settled();
      };
      steps.push({
        requests,
        finish: () => end(() => resolve(requests.map(({ tokens }) => Float32Array.of(tokens.at(-1)!)))),
        fail: (error) => end(() => reject(error)),
      });
    });
  return { transformer: { decode } as unknown as Transformer, steps, settled };
}

const cache = {} as KeyValueCache;
const { signal } = new AbortController();

describe('the decode queue', () => {
  it('computes what waits together, and answers each with its own', async () => {
    const { transformer, steps, settled } = manualTransformer();
    const queue = new DecodeQueue(transformer, () => []);
    const decode = (...tokens: number[]) => queue.decode({ cache, tokens: Int32Array.from(tokens) }, signal);
    const first = decode(1);
    await settled();
    const others = [decode(2, 3), decode(4)];
    await settled();
    expect(steps).toHaveLength(1);
    await steps[0]!.finish();
    expect(await first).toEqual(Float32Array.of(1));
    expect(steps[1]!.requests).toHaveLength(2);
    await steps[1]!.finish();
    expect(await Promise.all(others)).toEqual([Float32Array.of(3), Float32Array.of(4)]);
  });

  it('keeps a step small, in the order of asking, without starving anybody', async () => {
    const { transformer, steps, settled } = manualTransformer();
    const queue = new DecodeQueue(transformer, () => []);
    const waiting = [600, 256, 256, 1].map((length) => queue.decode({ cache, tokens: new Int32Array(length) }, signal));
    for (let step = 0; step < 3; step++) {
      await settled();
      await steps[step]!.finish();
    }
    await Promise.all(waiting);
    expect(steps.map(({ requests }) => requests.map(({ tokens }) => tokens.length))).toEqual([[600], [256, 256], [1]]);
  });

  it('drops a request that is aborted before its step, and finishes one that has begun', async () => {
    const { transformer, steps, settled } = manualTransformer();
    const queue = new DecodeQueue(transformer, () => []);
    const controller = new AbortController();
    const begun = queue.decode({ cache, tokens: Int32Array.of(1) }, controller.signal);
    await settled();
    const dropped = queue.decode({ cache, tokens: Int32Array.of(2) }, controller.signal);
    const kept = queue.decode({ cache, tokens: Int32Array.of(3) }, signal);
    const reason = new Error('enough');
    const refused = expect(dropped).rejects.toBe(reason);
    controller.abort(reason);
    await steps[0]!.finish();
    await expect(begun).resolves.toEqual(Float32Array.of(1));
    await refused;
    expect(steps[1]!.requests).toHaveLength(1);
    await steps[1]!.finish();
    await kept;
  });

  it('tells everybody of a failed step, and goes on', async () => {
    const { transformer, steps, settled } = manualTransformer();
    const queue = new DecodeQueue(transformer, () => []);
    const failing = [1, 2].map((token) => queue.decode({ cache, tokens: Int32Array.of(token) }, signal));
    const outcomes = Promise.allSettled(failing);
    await settled();
    const next = queue.decode({ cache, tokens: Int32Array.of(3) }, signal);
    const error = new Error('out of memory');
    await steps[0]!.fail(error);
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([error, error]);
    await steps[1]!.finish();
    await expect(next).resolves.toBeDefined();
  });

  it('runs other jobs between steps, never beside them', async () => {
    const { transformer, steps, settled } = manualTransformer();
    const queue = new DecodeQueue(transformer, () => []);
    const decoded = queue.decode({ cache, tokens: Int32Array.of(1) }, signal);
    await settled();
    let ran = false;
    const job = queue.exclusive(async () => {
      ran = true;
      return 'done';
    });
    await settled();
    expect(ran).toBe(false);
    await steps[0]!.finish();
    await decoded;
    await expect(job).resolves.toBe('done');
    await expect(queue.exclusive(() => Promise.reject(new Error('fails')))).rejects.toThrow('fails');
    await expect(queue.exclusive(async () => 'goes on')).resolves.toBe('goes on');
  });

  it('closes when the step that has begun is finished, and refuses the rest', async () => {
    const { transformer, steps, settled } = manualTransformer();
    const queue = new DecodeQueue(transformer, () => []);
    const begun = queue.decode({ cache, tokens: Int32Array.of(1) }, signal);
    await settled();
    const waiting = queue.decode({ cache, tokens: Int32Array.of(2) }, signal);
    const refused = expect(waiting).rejects.toThrow('closed');
    let isClosed = false;
    const closed = queue.close(new Error('closed')).then(() => {
      isClosed = true;
    });
    await refused;
    expect(isClosed).toBe(false);
    await steps[0]!.finish();
    await closed;
    await expect(begun).resolves.toBeDefined();
    await expect(queue.decode({ cache, tokens: Int32Array.of(3) }, signal)).rejects.toThrow('closed');
    await expect(queue.exclusive(async () => 1)).rejects.toThrow('closed');
  });
});
