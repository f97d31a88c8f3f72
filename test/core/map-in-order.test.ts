import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { mapInOrder } from '../../src/core/index.js';

const signal = new AbortController().signal;

async function* count(limit: number, onNext: (item: number) => void = () => undefined): AsyncGenerator<number> {
  for (let item = 0; item < limit; item++) {
    onNext(item);
    yield item;
  }
}

describe('items that are worked on side by side', () => {
  it('come out in their own order, and no more than the window are begun', async () => {
    let running = 0;
    let most = 0;
    const work = async (item: number) => {
      most = Math.max(most, ++running);
      await wait((7 * item) % 5);
      running--;
      return item;
    };
    const results: number[] = [];
    for await (const result of mapInOrder(count(20), work, { window: 4, signal })) results.push(result);
    expect(results).toEqual([...Array(20).keys()]);
    expect(most).toBe(4);
  });

  it('come out when they are done, however slow the next item is', async () => {
    const source = async function* () {
      yield 'first';
      await new Promise(() => undefined);
    };
    const results = mapInOrder(source(), async (item) => item, { window: 4, signal });
    expect(await results.next()).toEqual({ value: 'first', done: false });
  });

  it('are taken no further once it is to stop', async () => {
    const taken: number[] = [];
    const results: number[] = [];
    const options = { window: 1, signal, stopped: () => taken.length >= 3 };
    for await (const result of mapInOrder(
      count(9, (item) => taken.push(item)),
      async (item) => item,
      options,
    ))
      results.push(result);
    expect(results).toEqual([0, 1, 2]);
  });
});

describe('whoever leaves the loop', () => {
  it('finds no work running: what fails takes the rest with it', async () => {
    let running = 0;
    const work = async (item: number, signal: AbortSignal) => {
      running++;
      try {
        if (item === 1) throw new Error('item 1');
        if (item > 1) await wait(60_000, undefined, { signal });
        return item;
      } finally {
        running--;
      }
    };
    const results = mapInOrder(count(9), work, { window: 4, signal });
    expect(await results.next()).toEqual({ value: 0, done: false });
    await expect(results.next()).rejects.toThrow('item 1');
    expect(running).toBe(0);
  });

  it('by a signal gets its reason', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    const work = (_: number, signal: AbortSignal) => wait(60_000, undefined, { signal });
    const results = mapInOrder(count(9), work, { window: 2, signal: controller.signal });
    const next = results.next();
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
  });
});
