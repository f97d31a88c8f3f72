import { character, choice, type Expression, nothing, repeat, sequence, text } from '../expression.js';
import { escapedOnly, plainCharacter } from './characters.js';
import { complement, single } from './code-points.js';

/** Any key but those given. It is written without escapes, in which a given key could hide. */
export function keyOtherThan(keys: readonly string[]): Expression {
  const reachable = keys.filter((key) => JSON.stringify(key) === `"${key}"`);
  return sequence(text('"'), otherThan(reachable.map((key) => Array.from(key))), text('"'));
}

function otherThan(keys: readonly (readonly string[])[]): Expression {
  const afterFirst = new Map<string, string[][]>();
  for (const [first, ...rest] of keys)
    if (first !== undefined) afterFirst.set(first, [...(afterFirst.get(first) ?? []), rest]);
  const another = complement([...escapedOnly, ...Array.from(afterFirst.keys(), single)]);
  return choice(
    ...(keys.some((key) => key.length === 0) ? [] : [nothing]),
    sequence(character(...another), repeat(plainCharacter, 0)),
    ...Array.from(afterFirst, ([first, rest]) => sequence(text(first), otherThan(rest))),
  );
}
