import { type CheckpointBlock, tensorKinds } from './pieces.js';
import { inFileOrder, type PieceRange } from './rank-file.js';

/** @throws RangeError when a rank's piece lies outside its block, or its numbers are of another length. */
export function assertPiece(
  { kind, block, start, end, values }: PieceRange & { readonly values: unknown },
  blocks: readonly CheckpointBlock[],
): void {
  const size = blocks[block]?.size;
  const what = `Piece [${start}, ${end}) of ${kind}, block ${block}`;
  if (size === undefined) throw new RangeError(`${what}: there are ${blocks.length} blocks.`);
  if (![start, end].every(Number.isSafeInteger) || start < 0 || start > end || end > size)
    throw new RangeError(`${what}: the block has ${size} elements.`);
  if (values instanceof Float32Array && values.length !== end - start)
    throw new RangeError(`${what}: ${values.length} values were given.`);
}

/** @throws RangeError unless the ranks' pieces of every kind there is hold each element of all blocks exactly once. */
export function assertTiled(pieces: readonly PieceRange[], blocks: readonly CheckpointBlock[]): void {
  const kinds = tensorKinds.filter((kind) => pieces.some((piece) => piece.kind === kind));
  const sorted = inFileOrder(pieces.filter(({ start, end }) => start < end));
  let next = 0;
  for (const kind of kinds) {
    for (const [block, { size }] of blocks.entries()) {
      let covered = 0;
      while (sorted[next]?.kind === kind && sorted[next]?.block === block) {
        const { start, end } = sorted[next++]!;
        if (start !== covered) throw gapOrOverlap(kind, block, covered, start);
        covered = end;
      }
      if (covered !== size) throw gapOrOverlap(kind, block, covered, size);
    }
  }
}

function gapOrOverlap(kind: string, block: number, covered: number, start: number): RangeError {
  const problem = start > covered ? 'is saved by no rank' : 'is saved twice';
  return new RangeError(
    `Elements [${Math.min(covered, start)}, ${Math.max(covered, start)}) of ${kind}, block ${block}: ${problem}.`,
  );
}
