import type { Communicator } from '../../collectives/index.js';
import { parseConfig } from '../../core/index.js';
import { gatherNumbers, gatherTexts, onEveryRank } from './gather.js';
import { type CheckpointBlock, type ShardPiece, tensorKinds } from './pieces.js';
import { inFileOrder, layOutRankFile, type PieceRange, type RankFileLayout } from './rank-file.js';
import { type TrainingState, trainingStateSchema } from './state.js';
import { assertPiece, assertTiled } from './tiling.js';

/** What the ranks agreed to save. */
export interface SavePlan {
  readonly state: TrainingState;
  /** Name of the checkpoint's directory. */
  readonly name: string;
  /** This rank's pieces in file order. */
  readonly pieces: readonly ShardPiece[];
  /** Of this rank's file. */
  readonly layout: RankFileLayout;
  /** Of any rank's file. */
  readonly layoutOf: (rank: number) => RankFileLayout;
}

export interface SaveRequest {
  readonly state: TrainingState;
  readonly pieces: readonly ShardPiece[];
  readonly blocks: readonly CheckpointBlock[];
  readonly communicator: Communicator;
  /** Rank 0's word is everybody's. */
  readonly name: string;
}

/**
 * Tells every rank what all of them save, before anything is written.
 *
 * @throws RangeError on every rank unless their pieces hold every element exactly once, at the same step.
 */
export async function planSave({ state, pieces, blocks, communicator, name }: SaveRequest): Promise<SavePlan> {
  const { rank, worldSize } = communicator;
  const { step } = state;
  const checked = await onEveryRank(communicator, () => {
    for (const piece of pieces) assertPiece(piece, blocks);
    return parseConfig(trainingStateSchema, state, 'Training state');
  });
  const own = inFileOrder(pieces);
  const ranges = await gatherNumbers(communicator, [step, ...own.flatMap(rangeToNumbers)]);
  const [agreedName] = await gatherTexts(communicator, rank === 0 ? name : '');
  const piecesOf = ranges.map((numbers) => numbersToRanges(numbers.subarray(1)));
  const other = ranges.findIndex((numbers) => numbers[0] !== step);
  if (other !== -1) throw new RangeError(`Rank ${other} saves step ${ranges[other]![0]}, rank ${rank} step ${step}.`);
  assertTiled(piecesOf.flat(), blocks);
  const layoutOf = (of: number) => layOutRankFile(piecesOf[of]!, blocks, { rank: of, worldSize, step });
  return { state: checked, name: agreedName!, pieces: own, layout: layoutOf(rank), layoutOf };
}

function rangeToNumbers({ kind, block, start, end }: PieceRange): number[] {
  return [tensorKinds.indexOf(kind), block, start, end];
}

function numbersToRanges(numbers: Float64Array): PieceRange[] {
  return Array.from({ length: numbers.length / 4 }, (_, index) => {
    const [kind, block, start, end] = numbers.subarray(index * 4, index * 4 + 4) as unknown as [
      number,
      number,
      number,
      number,
    ];
    return { kind: tensorKinds[kind]!, block, start, end };
  });
}
