import { hashOf } from '../../io/index.js';
import type { RawTurn } from '../raw.js';

/** An id for a conversation that has none: the same for the same turns, whatever file they stand in. */
export function contentId(turns: readonly RawTurn[]): string {
  return `content-${hashOf(JSON.stringify(turns.map(({ from, value }) => [from, value]))).slice(0, 16)}`;
}
