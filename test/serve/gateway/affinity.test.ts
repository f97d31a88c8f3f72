import { describe, expect, it } from 'vitest';
import type { Message } from '../../../src/conversation/index.js';
import { AffinityMap, prefixNames } from '../../../src/serve/gateway/affinity.js';

const chat = (...messages: Message[]) => ({ kind: 'chat' as const, messages, options: {} });
const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });

describe('The names of a request', () => {
  it('are shared as far as two conversations begin alike', () => {
    const first = prefixNames(chat(user('a'), assistant('b'), user('c')));
    const second = prefixNames(chat(user('a'), assistant('b'), user('d')));
    expect(first).toHaveLength(3);
    expect(second.slice(0, 2)).toEqual(first.slice(0, 2));
    expect(second[2]).not.toBe(first[2]);
    expect(prefixNames(chat(user('a')))).toEqual(first.slice(0, 1));
  });

  it('tell roles and the ends of messages apart', () => {
    const names = [chat(user('ab')), chat(assistant('ab')), chat(user('a'), user('b'))].map((call) =>
      prefixNames(call).at(-1),
    );
    expect(new Set(names).size).toBe(3);
  });

  it('of a prompt are those of its whole blocks', () => {
    const complete = (prompt: string) => prefixNames({ kind: 'complete', prompt, options: {} });
    const prompt = 'x'.repeat(1_200);
    expect(complete(prompt)).toHaveLength(2);
    expect(complete(`${prompt}yyy`)).toEqual(complete(prompt));
    expect(complete('short')).toEqual([]);
  });
});

describe('AffinityMap', () => {
  it('finds the worker of the longest beginning, and forgets the oldest', () => {
    const map = new AffinityMap(2);
    map.remember(['a'], 'w1');
    map.remember(['a', 'b'], 'w2');
    expect(map.find(['a', 'x'])).toBe('w1');
    expect(map.find(['a', 'b', 'c'])).toBe('w2');
    map.remember(['c'], 'w3');
    expect(map.find(['a'])).toBeUndefined();
    expect(map.find(['a', 'b'])).toBe('w2');
  });
});
