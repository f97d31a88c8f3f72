import { describe, expect, it, vi } from 'vitest';
import { startRun } from '../../src/core/index.js';

/** Counts to five, noting what it did. */
function counting(log: (number | string)[], signal?: AbortSignal) {
  return startRun<number, string>(
    async function* (own) {
      try {
        for (let count = 0; count < 5; count++) {
          own.throwIfAborted();
          log.push(count);
          yield count;
        }
        return 'counted';
      } finally {
        log.push('freed');
      }
    },
    { signal },
  );
}

describe('Run', () => {
  it('does nothing before it is used', async () => {
    const log: (number | string)[] = [];
    counting(log);
    await new Promise((resolve) => setImmediate(resolve));
    expect(log).toEqual([]);
  });

  it('drains its items when only the result is awaited', async () => {
    const log: (number | string)[] = [];
    await expect(counting(log).result).resolves.toBe('counted');
    expect(log).toEqual([0, 1, 2, 3, 4, 'freed']);
  });

  it('gives items and then the result', async () => {
    const run = counting([]);
    const items: number[] = [];
    for await (const item of run) items.push(item);
    expect(items).toEqual([0, 1, 2, 3, 4]);
    await expect(run.result).resolves.toBe('counted');
  });

  it('cancels, frees and rejects the result when the loop is left', async () => {
    const log: (number | string)[] = [];
    const run = counting(log);
    for await (const item of run) if (item === 1) break;
    expect(log).toEqual([0, 1, 'freed']);
    await expect(run.result).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('settles the result when an iterator is returned before it was advanced', async () => {
    const run = counting([]);
    await run[Symbol.asyncIterator]().return?.();
    await expect(run.result).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('rejects with the very reason of the signal and frees what the body holds', async () => {
    const log: (number | string)[] = [];
    const controller = new AbortController();
    const reason = new Error('enough');
    const run = counting(log, controller.signal);
    const loop = async () => {
      for await (const item of run) if (item === 2) controller.abort(reason);
    };
    await expect(loop()).rejects.toBe(reason);
    await expect(run.result).rejects.toBe(reason);
    expect(log).toEqual([0, 1, 2, 'freed']);
  });

  it('rejects its result only when the body has freed what it holds', async () => {
    const controller = new AbortController();
    let freed = false;
    const run = startRun<number, never>(
      async function* () {
        try {
          for (;;) yield 0;
        } finally {
          await new Promise((resolve) => setImmediate(resolve));
          freed = true;
        }
      },
      { signal: controller.signal },
    );
    setImmediate(() => controller.abort(new Error('no longer wanted')));
    const slow = (async () => {
      for await (const _ of run) await new Promise((resolve) => setTimeout(resolve, 1));
    })();
    await expect(run.result).rejects.toThrow('no longer wanted');
    expect(freed).toBe(true);
    await expect(slow).rejects.toThrow('no longer wanted');
  });

  it('does not start the body under a signal that has fired', async () => {
    const log: (number | string)[] = [];
    const reason = new Error('too late');
    await expect(counting(log, AbortSignal.abort(reason)).result).rejects.toBe(reason);
    expect(log).toEqual([]);
  });

  it('leaves no listener on the signal of the caller', async () => {
    const { signal } = new AbortController();
    const added = vi.spyOn(signal, 'addEventListener');
    const removed = vi.spyOn(signal, 'removeEventListener');
    await counting([], signal).result;
    expect(removed).toHaveBeenCalledTimes(added.mock.calls.length);
  });

  it('reports an error to the loop without an unhandled rejection', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    // biome-ignore lint/correctness/useYield: the body fails before its first item
    const run = startRun<never, never>(async function* () {
      throw new RangeError('broken');
    });
    await expect(
      (async () => {
        for await (const _ of run);
      })(),
    ).rejects.toThrow('broken');
    await new Promise((resolve) => setTimeout(resolve, 5));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it('settles the result when the body cannot even begin', async () => {
    const run = startRun<never, never>(() => {
      throw new RangeError('wrong settings');
    });
    await expect(run.result).rejects.toThrow('wrong settings');
  });

  it('can be iterated once', () => {
    const run = counting([]);
    run[Symbol.asyncIterator]();
    expect(() => run[Symbol.asyncIterator]()).toThrow(/once/);
  });
});
