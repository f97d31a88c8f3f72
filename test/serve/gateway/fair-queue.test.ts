import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from '../../../src/serve/gateway/fair-queue.js';

const item = (caller: string, number: number) => ({ caller, number });
const drained = (queue: FairQueue<ReturnType<typeof item>>) => {
  const order: string[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) order.push(`${next.caller}${next.number}`);
  return order;
};

describe('FairQueue', () => {
  it('lets callers take turns, and each have its own in order', () => {
    const queue = new FairQueue<ReturnType<typeof item>>();
    for (const number of [1, 2, 3, 4]) queue.push(item('a', number));
    for (const number of [1, 2]) queue.push(item('b', number));
    queue.push(item('c', 1));
    expect(drained(queue)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4']);
  });

  it('knows how many turns come before one more of a caller', () => {
    const queue = new FairQueue<ReturnType<typeof item>>();
    for (const number of [1, 2, 3, 4]) queue.push(item('a', number));
    queue.push(item('b', 1));
    expect(['a', 'b', 'c'].map((caller) => queue.ahead(caller))).toEqual([5, 3, 2]);
  });

  it('gives the next turn to what is put back', () => {
    const queue = new FairQueue<ReturnType<typeof item>>();
    for (const caller of ['a', 'b']) for (const number of [1, 2]) queue.push(item(caller, number));
    const first = queue.shift()!;
    queue.unshift(first);
    expect(queue.peek()).toBe(first);
    expect(drained(queue)).toEqual(['a1', 'b1', 'a2', 'b2']);
  });

  it('names the latest of whoever has most, where room for another caller is fair', () => {
    const queue = new FairQueue<ReturnType<typeof item>>();
    for (const number of [1, 2, 3]) queue.push(item('a', number));
    queue.push(item('b', 1));
    expect(queue.heaviest('c')).toMatchObject({ caller: 'a', number: 3 });
    expect(queue.heaviest('b')).toMatchObject({ caller: 'a', number: 3 });
    expect(queue.heaviest('a')).toBeUndefined();
    queue.remove(queue.heaviest('b')!);
    expect(queue.heaviest('b')).toBeUndefined();
  });

  it('loses and doubles nothing, whatever is done with it', () => {
    const step = fc.oneof(
      fc.record({ do: fc.constant('push' as const), caller: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ do: fc.constantFrom('shift' as const, 'back' as const, 'remove' as const) }),
    );
    void fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const queue = new FairQueue<ReturnType<typeof item>>();
        const inside = new Set<ReturnType<typeof item>>();
        for (const [number, action] of steps.entries()) {
          if (action.do === 'push') {
            const pushed = item(action.caller, number);
            queue.push(pushed);
            inside.add(pushed);
          } else if (action.do === 'remove') {
            const victim = [...inside].at(number % Math.max(1, inside.size));
            expect(victim === undefined ? false : queue.remove(victim)).toBe(victim !== undefined);
            if (victim !== undefined) inside.delete(victim);
          } else {
            const next = queue.shift();
            expect(next === undefined).toBe(inside.size === 0);
            if (next !== undefined && action.do === 'back') queue.unshift(next);
            else if (next !== undefined) inside.delete(next);
          }
          expect(queue.size).toBe(inside.size);
        }
        expect(new Set(queue.drain())).toEqual(inside);
        expect(queue.size).toBe(0);
      }),
    );
  });
});
