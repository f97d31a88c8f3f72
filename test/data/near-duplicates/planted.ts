import type { Conversation } from '../../../src/conversation/index.js';
import type { Random } from '../../../src/core/index.js';

/** Words that no language has, each of its own letters. */
export function vocabulary(size: number, random: Random): string[] {
  return Array.from({ length: size }, (_, index) => `w${index.toString(36)}${random.integer(36).toString(36)}`);
}

export const textOf = (words: readonly string[]): string => words.join(' ');

export function drawWords(count: number, random: Random, from: readonly string[]): string[] {
  return Array.from({ length: count }, () => from[random.integer(from.length)]!);
}

/** Replaces so many words, spread evenly, by new ones. */
export function edited(words: readonly string[], edits: number, random: Random): string[] {
  const changed = [...words];
  for (let edit = 0; edit < edits; edit++)
    changed[Math.floor(((edit + 0.5) * words.length) / edits)] = `new${edit}x${random.uint32().toString(36)}`;
  return changed;
}

/** Jaccard similarity by its definition: sets of strings. */
export function plainJaccard(first: readonly string[], second: readonly string[], shingleWords = 5): number {
  const one = plainShingles(first, shingleWords);
  const other = plainShingles(second, shingleWords);
  let shared = 0;
  for (const shingle of one) if (other.has(shingle)) shared++;
  const all = one.size + other.size - shared;
  return all === 0 ? 0 : shared / all;
}

function plainShingles(words: readonly string[], shingleWords: number): Set<string> {
  if (words.length < shingleWords) return new Set(words.length === 0 ? [] : [words.join(' ')]);
  return new Set(words.slice(shingleWords - 1).map((_, start) => words.slice(start, start + shingleWords).join(' ')));
}

export function conversationOf(id: string, prompt: string, reply: string): Conversation {
  return {
    id,
    messages: [
      { role: 'user', content: prompt },
      { role: 'assistant', content: reply },
    ],
  };
}
