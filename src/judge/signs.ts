import { detectInjections } from './injection/index.js';
import type { Answer, InjectionSign } from './types.js';

/** Where an answer speaks to its judge. */
export function signsIn(answer: 'a' | 'b', { turns }: Answer): InjectionSign[] {
  return turns.flatMap((turn) => detectInjections(turn).map((sign) => ({ answer, ...sign })));
}

/** Unicode code points of an answer, all turns together. */
export function lengthOf({ turns }: Answer): number {
  let length = 0;
  for (const turn of turns) for (const _ of turn) length++;
  return length;
}
