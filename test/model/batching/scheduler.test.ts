import { describe, expect, it } from 'vitest';
import type { CompressedWeights } from '../../../src/engine/index.js';
import type { Scheduler } from '../../../src/model/batching/scheduler.js';
import { manualBatch, settled } from './manual-transformer.js';

/** A signal that never fires. */
const never = () => new AbortController().signal;

/** A prompt of so many different tokens. */
const prompt = (length: number, first = 0) => Int32Array.from({ length }, (_, index) => first + index);
const open = (scheduler: Scheduler, tokens: Int32Array, signal: AbortSignal = never(), capacity = tokens.length + 50) =>
  scheduler.open({ prompt: tokens, capacity, signal });
/** Asks for logits until there are some. */
async function read(sequence: Awaited<ReturnType<typeof open>>): Promise<number> {
  for (;;) {
    const logits = await sequence.advance();
    if (logits !== undefined) return logits[0]!;
  }
}
const reason = new Error('enough');

describe('the batch', () => {
  it('computes together what waits, and answers each with its own', async () => {
    const { scheduler, steps, caches } = manualBatch();
    const sequences = await Promise.all([3, 2, 1].map((length) => open(scheduler, prompt(length))));
    const results = sequences.map(read);
    await settled();
    expect(steps.map(({ counts }) => counts)).toEqual([[3, 2, 1]]);
    await steps[0]!.finish();
    expect(await Promise.all(results)).toEqual([2, 1, 0]);
    for (const sequence of sequences) sequence.leave();
    expect(caches.size).toBe(0);
    expect(scheduler.load).toMatchObject({ running: 0, waiting: 0, cachedTokens: 0, reservedBytes: 0 });
  });

  it('lets a reply go on in every step of a long prompt, and a short prompt pass it', async () => {
    const { scheduler, steps, seen } = manualBatch({ stepTokens: 20 });
    const talking = await open(scheduler, prompt(2));
    const first = read(talking);
    await settled();
    await steps[0]!.finish();
    await first;
    const prompts = await Promise.all([60, 5].map((length) => open(scheduler, prompt(length))));
    const results = prompts.map(read);
    const talk = async () => {
      for (let drawn = 0; drawn < 4; drawn++) {
        talking.add(drawn);
        expect(await read(talking)).toBe(drawn);
      }
    };
    const reply = talk();
    for (let step = 1; step < 5; step++) {
      await settled();
      await steps[step]!.finish();
    }
    await Promise.all([reply, ...results]);
    expect(steps.slice(1).map(({ counts }) => counts)).toEqual([
      [1, 14, 5],
      [1, 19],
      [1, 19],
      [1, 8],
    ]);
    expect(seen[1]).toEqual({ sequences: 3, promptTokens: 19, replyTokens: 1 });
  });

  it('lets calls wait in their order for a place, and leave the queue when they are aborted', async () => {
    const { scheduler } = manualBatch({ maximumSequences: 1 });
    const first = await open(scheduler, prompt(1));
    const controller = new AbortController();
    const order: number[] = [];
    const waiting = [1, 2, 3].map(async (number) => {
      const sequence = await open(scheduler, prompt(1), number === 2 ? controller.signal : never());
      order.push(number);
      sequence.leave();
    });
    const refused = expect(waiting[1]).rejects.toBe(reason);
    await settled();
    expect(scheduler.load).toMatchObject({ running: 1, waiting: 3 });
    controller.abort(reason);
    await refused;
    expect(scheduler.load.waiting).toBe(2);
    first.leave();
    await Promise.all([waiting[0], waiting[2]]);
    expect(order).toEqual([1, 3]);
    await expect(open(scheduler, prompt(1), controller.signal)).rejects.toBe(reason);
  });

  it('lets calls wait for memory, none overtaking another; one that needs more than there is runs alone', async () => {
    const { scheduler, caches } = manualBatch({ cacheBytes: 800 });
    const sized = (tokens: number) => open(scheduler, prompt(1), never(), tokens);
    const first = await sized(60);
    const large = sized(500);
    const small = sized(10);
    await settled();
    expect(scheduler.load).toMatchObject({ running: 1, waiting: 2, reservedBytes: 480, cacheBytes: 800 });
    first.leave();
    const alone = await large;
    await settled();
    expect(scheduler.load).toMatchObject({ running: 1, waiting: 1 });
    alone.leave();
    (await small).leave();
    expect(caches.size).toBe(0);
  });

  it('drops a sequence that is aborted before its step, and answers one that is in it when the step ends', async () => {
    const { scheduler, steps } = manualBatch();
    const controller = new AbortController();
    const [first, second, third] = await Promise.all([
      open(scheduler, prompt(2), controller.signal),
      open(scheduler, prompt(3), controller.signal),
      open(scheduler, prompt(4)),
    ]);
    const refusedBegun = expect(read(first)).rejects.toBe(reason);
    await settled();
    const refused = expect(read(second)).rejects.toBe(reason);
    const kept = read(third);
    await settled();
    controller.abort(reason);
    await steps[0]!.finish();
    await refusedBegun;
    await refused;
    expect(steps[1]!.counts).toEqual([4]);
    await steps[1]!.finish();
    await expect(kept).resolves.toBe(3);
  });

  it('tells everybody of a failed step, and goes on', async () => {
    const { scheduler, steps } = manualBatch();
    const sequences = await Promise.all([2, 3].map((length) => open(scheduler, prompt(length))));
    const outcomes = Promise.allSettled(sequences.map(read));
    await settled();
    const error = new Error('out of memory');
    await steps[0]!.fail(error);
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason)).toEqual([error, error]);
    const again = read(sequences[0]!);
    await settled();
    await steps[1]!.finish();
    await expect(again).resolves.toBe(1);
  });

  it('runs other jobs between steps, never beside them', async () => {
    const { scheduler, turns, steps } = manualBatch();
    const result = read(await open(scheduler, prompt(1)));
    await settled();
    let ran = false;
    const job = turns.exclusive(async () => {
      ran = true;
      return 'done';
    });
    await settled();
    expect(ran).toBe(false);
    await steps[0]!.finish();
    await result;
    await expect(job).resolves.toBe('done');
    await expect(turns.exclusive(() => Promise.reject(new Error('fails')))).rejects.toThrow('fails');
    await expect(turns.exclusive(async () => 'goes on')).resolves.toBe('goes on');
  });

  it('closes when the step that has begun is finished, refuses the rest, and releases everything', async () => {
    const { scheduler, turns, steps, caches } = manualBatch({ maximumSequences: 1 });
    const sequence = await open(scheduler, prompt(1));
    const begun = expect(read(sequence)).rejects.toBe(reason);
    await settled();
    const waiting = expect(open(scheduler, prompt(1))).rejects.toBe(reason);
    let isClosed = false;
    const closed = scheduler.close(reason).then(() => {
      isClosed = true;
    });
    await waiting;
    await settled();
    expect(isClosed).toBe(false);
    await steps[0]!.finish();
    await closed;
    await begun;
    sequence.leave();
    expect(caches.size).toBe(0);
    await expect(open(scheduler, prompt(1))).rejects.toBe(reason);
    await expect(sequence.advance()).rejects.toBe(reason);
    await expect(turns.exclusive(async () => 1)).rejects.toBe(reason);
  });
});

describe('calls that begin alike', () => {
  const kept = { prefixCacheBytes: 8 * 200 };

  /** Reads a prompt while steps are finished as they come. */
  async function readThrough({ scheduler, steps }: ReturnType<typeof manualBatch>, tokens: Int32Array) {
    const sequence = await open(scheduler, tokens);
    const result = read(sequence);
    await settled();
    await steps.at(-1)!.finish();
    await result;
    return sequence;
  }

  it('start behind what an earlier one left, its reply included', async () => {
    const batch = manualBatch(kept);
    const first = await readThrough(batch, prompt(40));
    first.add(99);
    const next = read(first);
    await settled();
    await batch.steps.at(-1)!.finish();
    await next;
    first.leave();
    await settled();
    expect(batch.scheduler.load).toMatchObject({ keptTokens: 41, keptBytes: 8 * 41, reservedBytes: 0 });
    const second = await readThrough(batch, Int32Array.of(...prompt(40), 99, 5, 6));
    expect(second.cachedTokens).toBe(41);
    expect(batch.steps.at(-1)!.counts).toEqual([2]);
    // The very same prompt: its last token gives the logits.
    const same = await readThrough(batch, prompt(40));
    expect(same.cachedTokens).toBe(39);
    const other = await readThrough(batch, prompt(40, 1));
    expect(other.cachedTokens).toBe(0);
  });

  it('share what one of them is computing: the others wait for that', async () => {
    const batch = manualBatch({ ...kept, stepTokens: 64 });
    const { scheduler, steps } = batch;
    const tokens = prompt(50);
    const results = [1, 2, 3].map(() => open(scheduler, tokens).then(read));
    await settled();
    expect(steps.map(({ counts }) => counts)).toEqual([[50]]);
    expect(scheduler.load).toMatchObject({ running: 1, waiting: 2 });
    await steps[0]!.finish();
    await settled();
    expect(steps[1]!.counts).toEqual([1, 1]);
    await steps[1]!.finish();
    expect(await Promise.all(results)).toEqual([49, 49, 49]);
    expect(batch.copies).toEqual([49, 49]);
  });

  it('are kept within a bound of memory, the least recently used going first', async () => {
    const batch = manualBatch({ prefixCacheBytes: 8 * 100 });
    for (const first of [0, 1000, 2000]) (await readThrough(batch, prompt(40, first))).leave();
    await settled();
    expect(batch.scheduler.load.keptTokens).toBe(80);
    expect((await readThrough(batch, prompt(40, 0))).cachedTokens).toBe(0);
    expect((await readThrough(batch, prompt(40, 2000))).cachedTokens).toBe(39);
    (await readThrough(batch, prompt(150, 3000))).leave();
    await settled();
    expect(batch.scheduler.load.keptTokens).toBe(80);
  });

  it('are kept once: one that goes on replaces its own beginning', async () => {
    const batch = manualBatch(kept);
    for (const length of [20, 35, 30]) (await readThrough(batch, prompt(length))).leave();
    await settled();
    expect(batch.scheduler.load.keptTokens).toBe(35);
  });

  it('share nothing across a change of the weights', async () => {
    const batch = manualBatch(kept);
    const running = await readThrough(batch, prompt(40));
    (await readThrough(batch, prompt(40, 500))).leave();
    await settled();
    batch.changeWeights([{ format: 'int8', bytes: 0 } satisfies CompressedWeights]);
    expect((await readThrough(batch, prompt(40))).cachedTokens).toBe(0);
    expect((await readThrough(batch, prompt(40, 500))).cachedTokens).toBe(0);
    running.leave();
    await settled();
    expect(batch.scheduler.load.keptTokens).toBe(0);
  });

  it('release everything when the batch is closed', async () => {
    const batch = manualBatch(kept);
    (await readThrough(batch, prompt(40))).leave();
    const running = await readThrough(batch, prompt(9));
    await settled();
    await batch.scheduler.close(reason);
    running.leave();
    expect(batch.caches.size).toBe(0);
  });
});
