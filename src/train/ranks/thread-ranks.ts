import { availableParallelism } from 'node:os';
import type { CheckpointEvent, TrainingState } from '../../checkpoint/index.js';
import { launchRanks, type Ranks, workerFile } from '../../collectives/index.js';
import { TemporaryFloats, VicunaError } from '../../core/index.js';
import type { PackedDataset, PackedStep } from '../../data/index.js';
import type { BlockLayout, Engine, EngineOptions, ModelShape } from '../../engine/index.js';
import type { TrainerSettings } from '../config.js';
import type { BlockReader } from '../trainable/index.js';
import { Mailbox } from './mailbox.js';
import type { MaybeBatch, RankCommand, RankData, RankReply } from './protocol.js';
import { dealMicroBatches, type RankGroup } from './rank-group.js';
import type { ResumedState, StepOrder, StepOutcome } from './rank-trainer.js';

/** Elements that are sent at once. */
const PIECE = 1 << 20;

/** Parameters that the threads begin with. */
export interface BlockSource {
  readonly blocks: readonly BlockLayout[];
  readonly read: BlockReader;
}

export interface ThreadRanksRuntime {
  /** Whose like every thread makes for itself. */
  readonly engine: Engine;
  readonly shape: ModelShape;
  /** Looked at before the threads are started and while they evaluate. */
  readonly signal: AbortSignal;
  /** Aborted when the process is to end: an evaluation is then broken off. */
  readonly termination: AbortSignal;
}

/** Ranks that are threads of this process: they compute, this thread reads the data and tells them what to do. */
export class ThreadRanks implements RankGroup {
  readonly worldSize: number;
  readonly decidesAlone = true;
  readonly #ranks: Ranks<RankCommand, RankReply>;
  readonly #dataset: PackedDataset;
  readonly #signals: readonly AbortSignal[];
  readonly #events: CheckpointEvent[] = [];
  readonly #replies: readonly Mailbox<RankReply>[];
  /** Rejects when a rank has failed, and when all have ended; never resolves. */
  readonly #ended: Promise<never>;
  /** Where blocks come to that are read, one at a time. */
  #arrived = sharedFloats(0);
  #isOver = false;

  private constructor(settings: TrainerSettings, dataset: PackedDataset, runtime: ThreadRanksRuntime) {
    this.worldSize = settings.ranks;
    this.#dataset = dataset;
    this.#signals = [runtime.signal, runtime.termination];
    this.#replies = Array.from({ length: settings.ranks }, () => new Mailbox<RankReply>());
    const data: RankData = { settings, shape: runtime.shape, engine: engineOptions(settings, runtime.engine) };
    // Without the caller's signal: ranks that were stopped could not give back what they have trained.
    this.#ranks = launchRanks<RankCommand, RankReply>({
      ranks: settings.ranks,
      data,
      ...workerFile('rank-worker', import.meta.url),
    });
    this.#ended = this.#listen();
    this.#ended.catch(() => undefined);
  }

  /** @param sources - in the order in which ranks ask for them. */
  static async create(
    settings: TrainerSettings,
    sources: readonly BlockSource[],
    dataset: PackedDataset,
    runtime: ThreadRanksRuntime,
  ): Promise<ThreadRanks> {
    runtime.signal.throwIfAborted();
    const group = new ThreadRanks(settings, dataset, runtime);
    try {
      for (const source of sources) await group.#send(source);
      await group.#answers();
      return group;
    } catch (error) {
      await group.release();
      throw error;
    }
  }

  async openCheckpoint(from: string): Promise<ResumedState | undefined> {
    return (await this.#ask(() => ({ type: 'open-checkpoint', from }))) as ResumedState | undefined;
  }

  async restore(): Promise<void> {
    await this.#ask(() => ({ type: 'restore' }));
  }

  async peak(): Promise<number | undefined> {
    return (await this.#ask(() => ({ type: 'peak' }))) as number | undefined;
  }

  async step(packed: PackedStep, order: StepOrder): Promise<StepOutcome> {
    const perRank = this.#dataset.distribute(packed, this.worldSize);
    const batches = await Promise.all(
      perRank.map((microBatches) => Promise.all(microBatches.map((examples) => load(this.#dataset, examples)))),
    );
    return (await this.#ask((rank) => ({ type: 'step', batches: batches[rank]!, order }))) as StepOutcome;
  }

  async evaluate(dataset: PackedDataset): Promise<number> {
    let lossSum = 0;
    for (const dealt of dealMicroBatches(dataset, this.worldSize)) {
      for (const signal of this.#signals) signal.throwIfAborted();
      const batches = await Promise.all(dealt.map((examples) => load(dataset, examples)));
      lossSum += (await this.#ask((rank) => ({ type: 'evaluate', batches: [batches[rank]] }))) as number;
    }
    return lossSum;
  }

  async logits(tokens: Int32Array): Promise<Float32Array> {
    return (await this.#ask(() => ({ type: 'logits', tokens }))) as Float32Array;
  }

  async save(state: TrainingState): Promise<void> {
    await this.#ask(() => ({ type: 'save', state }));
  }

  async settle(): Promise<void> {
    await this.#ask(() => ({ type: 'settle' }));
  }

  takeEvents(): readonly CheckpointEvent[] {
    return this.#events.splice(0);
  }

  async readBlock(block: number, into: Float32Array): Promise<void> {
    if (into.length > this.#arrived.length) this.#arrived = sharedFloats(into.length);
    const shared = this.#arrived.subarray(0, into.length);
    await this.#ask(() => ({ type: 'read-block', block, into: shared }));
    into.set(shared);
  }

  once(work: () => Promise<void>): Promise<void> {
    return work();
  }

  /** Lets the threads end; stops them where they do not answer any more. */
  async release(): Promise<void> {
    try {
      if (!this.#isOver) await this.#ask(() => ({ type: 'end' }));
      await this.#ended;
    } catch {
      // Whoever asked last was told; here it only matters that no thread is left.
    } finally {
      await this.#ranks[Symbol.asyncDispose]();
    }
  }

  /** Sends blocks in pieces: shared memory stays taken until the collector comes by. */
  async #send({ blocks, read }: BlockSource): Promise<void> {
    const longest = Math.max(...blocks.map(({ size }) => size));
    using memory = new TemporaryFloats(longest);
    const shared = sharedFloats(Math.min(longest, PIECE));
    for (const [block, { size }] of blocks.entries()) {
      // Nothing is taken from the model before all ranks are there to receive it.
      await this.#answers();
      const whole = memory.first(size);
      await read(block, 0, whole);
      for (let start = 0; start < size; start += PIECE) {
        if (start > 0) await this.#answers();
        const values = shared.subarray(0, Math.min(PIECE, size - start));
        values.set(whole.subarray(start, start + values.length));
        this.#tell(() => ({ type: 'block', start, values, isLast: start + PIECE >= size }));
      }
    }
  }

  /** @returns what rank 0 answers, when all have. */
  async #ask(commandFor: (rank: number) => RankCommand): Promise<unknown> {
    this.#tell(commandFor);
    return this.#answers();
  }

  #tell(commandFor: (rank: number) => RankCommand): void {
    for (const rank of this.#replies.keys()) this.#ranks.post(commandFor(rank), rank);
  }

  async #answers(): Promise<unknown> {
    const all = Promise.all(this.#replies.map((mailbox) => mailbox.take()));
    const [first] = await Promise.race([all, this.#ended]);
    const { value, refusal, events } = first!;
    this.#events.push(...events);
    if (refusal !== undefined) throw new VicunaError(refusal.code, refusal.message);
    return value;
  }

  async #listen(): Promise<never> {
    try {
      for await (const { rank, message } of this.#ranks.messages) this.#replies[rank]!.put(message);
    } finally {
      this.#isOver = true;
    }
    throw new DOMException('The ranks have ended.', 'AbortError');
  }
}

async function load(dataset: PackedDataset, examples: readonly number[] | undefined): Promise<MaybeBatch> {
  return examples === undefined || examples.length === 0 ? undefined : dataset.load(examples);
}

function sharedFloats(length: number): Float32Array {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/** An engine like the model's, with a rank's share of this machine's threads. */
function engineOptions({ ranks, threadsPerRank }: TrainerSettings, { name, backend }: Engine): EngineOptions {
  const threads = threadsPerRank ?? Math.max(1, Math.floor(availableParallelism() / ranks));
  const chosen = name === 'native' ? { instructionSet: backend, threads } : { backend };
  return { engine: name, ...chosen } as EngineOptions;
}
