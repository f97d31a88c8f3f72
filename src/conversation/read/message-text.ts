import { isFields } from './shape.js';

/** What stands in a text for a picture that a text model cannot see: an image without an address. */
export const imagePlaceholder = '![image]()';

/** Text of a message that may have pictures in it. */
export interface MessageText {
  readonly text: string;
  readonly images: number;
}

/** Joins what a message consists of. Empty pieces are left out, the others stand apart as paragraphs. */
export function joinPieces(pieces: readonly string[]): string {
  return pieces.filter((piece) => piece.trim() !== '').join('\n\n');
}

/** Text of a part that is an object: `{"text": …}`, whatever its type. */
export function partText(part: unknown): string | undefined {
  return isFields(part) && typeof part.text === 'string' ? part.text : undefined;
}
