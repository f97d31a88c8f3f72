import type { CheckpointEvent } from '../../checkpoint/index.js';
import type { RankContext } from '../../collectives/index.js';
import { VicunaError } from '../../core/index.js';
import { createEngine } from '../../engine/index.js';
import type { BlockReader } from '../trainable/index.js';
import { Mailbox } from './mailbox.js';
import type { MaybeBatch, RankCommand, RankData, RankReply } from './protocol.js';
import { type LoadBatch, RankTrainer, type ResumedState } from './rank-trainer.js';

/** The work of a rank's thread: does what it is told until it is told to end. */
export async function trainingRank(context: RankContext<RankData, RankCommand, RankReply>): Promise<void> {
  const { communicator, data } = context;
  const commands = new Mailbox<RankCommand>();
  context.onMessage((command) => commands.put(command));
  context.signal.addEventListener('abort', () => commands.put({ type: 'end' }));
  const events: CheckpointEvent[] = [];
  const reply = (value?: unknown, refusal?: RankReply['refusal']) =>
    context.post({ value, events: events.splice(0), ...(refusal && { refusal }) });

  await using engine = await createEngine(data.engine);
  // Blocks are sent in the order in which they are asked for, each when all ranks have asked.
  const read: BlockReader = async (_block, start, into) => {
    for (let isLast = false; !isLast; ) isLast = copyOverlap(await nextPiece(), start, into);
  };
  const nextPiece = async () => {
    reply();
    const command = await commands.take();
    if (command.type !== 'block') throw new TypeError(`A block was expected, not the command ${command.type}.`);
    return command;
  };
  const trainer = await RankTrainer.create(
    {
      engine,
      transformer: engine.transformer(data.shape),
      communicator,
      signals: [],
      onCheckpoint: (event) => events.push(event),
    },
    data.settings,
    { model: { read }, ...(data.settings.lora && { adapter: { read } }) },
  );
  try {
    reply();
    for (;;) {
      const command = await commands.take();
      if (command.type === 'end') break;
      if (command.type === 'open-checkpoint') reply(...(await openCheckpoint(trainer, command.from)));
      else reply(await carryOut(trainer, command, communicator.rank));
    }
    reply();
  } finally {
    await trainer.release();
  }
}

/** A checkpoint that cannot be used is no failure of a rank: all of them find the same. */
async function openCheckpoint(
  trainer: RankTrainer,
  from: string,
): Promise<[opened: ResumedState | undefined, refusal?: RankReply['refusal']]> {
  try {
    return [await trainer.openCheckpoint(from, {})];
  } catch (error) {
    if (!VicunaError.isInstance(error) || error.code === 'rank-failed') throw error;
    return [undefined, { code: error.code, message: error.message }];
  }
}

async function carryOut(trainer: RankTrainer, command: RankCommand, rank: number): Promise<unknown> {
  switch (command.type) {
    case 'restore':
      return trainer.restore();
    case 'peak':
      return trainer.peak();
    case 'step':
      return trainer.step(loadersOf(command.batches), command.order);
    case 'evaluate':
      return trainer.evaluate(loadersOf(command.batches));
    case 'logits': {
      const logits_V = await trainer.logits(command.tokens);
      return rank === 0 ? logits_V : undefined;
    }
    case 'save':
      return trainer.save(command.state);
    case 'settle':
      return trainer.settle();
    case 'read-block':
      return trainer.readBlock(command.block, rank === 0 ? command.into : undefined);
    default:
      throw new TypeError(`The command ${command.type} was not expected now.`);
  }
}

/** Copies what a piece has of the block's elements from `start` on. @returns whether it was the last one */
function copyOverlap(piece: Extract<RankCommand, { type: 'block' }>, start: number, into: Float32Array): boolean {
  const first = Math.max(start, piece.start);
  const end = Math.min(start + into.length, piece.start + piece.values.length);
  if (first < end) into.set(piece.values.subarray(first - piece.start, end - piece.start), first - start);
  return piece.isLast;
}

function loadersOf(batches: readonly MaybeBatch[]): LoadBatch[] {
  return batches.map((batch) => async () => batch);
}
