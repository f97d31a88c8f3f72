import type { Communicator } from '../../collectives/index.js';
import type { CheckpointCommitEvent, CheckpointFailEvent } from './events.js';
import { gatherNumbers, gatherTexts, messageOf, patiently } from './gather.js';

/** What this rank does in the background, and what came of it. */
class Task<T> {
  readonly settled: Promise<void>;
  outcome: { readonly value: T } | { readonly problem: string } | undefined;

  constructor(work: Promise<T>) {
    this.settled = work.then(
      (value) => {
        this.outcome = { value };
      },
      (error: unknown) => {
        this.outcome = { problem: messageOf(error) };
      },
    );
  }
}

/** A rank's finished file. */
export interface WrittenRankFile {
  readonly bytes: number;
  readonly sha256: string;
}

/** How the parts of a save are done. None of them talks to other ranks. */
export interface SaveWork {
  readonly step: number;
  readonly path: string;
  /** When `save` was called, by `performance.now()`. */
  readonly started: number;
  readonly copySeconds: number;
  /** Writes this rank's file. */
  readonly write: () => Promise<WrittenRankFile>;
  /** On rank 0: commits. @param hashes - of all ranks' files. */
  readonly commit: (hashes: readonly string[]) => Promise<void>;
  /** On rank 0: removes what was written. */
  readonly abandon: () => Promise<void>;
}

export type SaveOutcome = CheckpointCommitEvent | CheckpointFailEvent;

/**
 * A save whose vectors are copied: every rank writes its file, then rank 0 commits or, where a rank failed, cleans up.
 * Ranks go from one stage to the next in {@link SaveInFlight.advance} alone, all in the same call.
 */
export class SaveInFlight {
  readonly #work: SaveWork;
  readonly #communicator: Communicator;
  readonly #writing: Task<WrittenRankFile>;
  #finishing: Task<void> | undefined;
  #problem: string | undefined;
  #bytes = 0;

  constructor(work: SaveWork, communicator: Communicator) {
    this.#work = work;
    this.#communicator = communicator;
    this.#writing = new Task(work.write());
  }

  /**
   * One small collective, and another one or two at the end of a stage.
   *
   * @returns the outcome, the same on every rank, when there is one.
   */
  async advance(): Promise<SaveOutcome | undefined> {
    const task = this.#finishing ?? this.#writing;
    const tally = new Float64Array(2);
    tally[0] = task.outcome === undefined ? 0 : 1;
    tally[1] = task.outcome !== undefined && 'problem' in task.outcome ? 1 : 0;
    await this.#communicator.allReduce(tally);
    if (tally[0]! < this.#communicator.worldSize) return undefined;
    if (tally[1]! > 0) this.#problem ??= await this.#gatherProblems(task);
    if (this.#finishing !== undefined) return this.#outcome();
    const hashes = this.#problem === undefined ? await this.#gatherHashes() : [];
    this.#finishing = new Task(this.#finish(hashes));
    return undefined;
  }

  /** Advances until there is an outcome. */
  async settle(): Promise<SaveOutcome> {
    for (;;) {
      await patiently((this.#finishing ?? this.#writing).settled);
      const outcome = await this.advance();
      if (outcome !== undefined) return outcome;
    }
  }

  /** Waits for what this rank is doing, without the others. */
  async idle(): Promise<void> {
    await this.#writing.settled;
    await this.#finishing?.settled;
  }

  /** Whether the commit has begun: it is then this rank's no more to take back. */
  get isFinishing(): boolean {
    return this.#finishing !== undefined;
  }

  async #finish(hashes: readonly string[]): Promise<void> {
    if (this.#communicator.rank !== 0) return;
    if (this.#problem === undefined) await this.#work.commit(hashes);
    else await this.#work.abandon();
  }

  #outcome(): SaveOutcome {
    const { step, path, copySeconds, started } = this.#work;
    if (this.#problem !== undefined) return { type: 'checkpoint-fail', step, path, problem: this.#problem };
    const seconds = (performance.now() - started) / 1000;
    return { type: 'checkpoint-commit', step, path, bytes: this.#bytes, seconds, copySeconds };
  }

  async #gatherProblems({ outcome }: Task<unknown>): Promise<string> {
    const mine = outcome !== undefined && 'problem' in outcome ? outcome.problem : '';
    const problems = await gatherTexts(this.#communicator, mine);
    return problems.flatMap((problem, rank) => (problem === '' ? [] : [`Rank ${rank}: ${problem}`])).join(' ');
  }

  async #gatherHashes(): Promise<string[]> {
    const { outcome } = this.#writing;
    const mine = outcome !== undefined && 'value' in outcome ? outcome.value : { bytes: 0, sha256: '' };
    const files = await gatherNumbers(this.#communicator, [mine.bytes, ...Buffer.from(mine.sha256, 'hex')]);
    this.#bytes = files.reduce((sum, [bytes]) => sum + bytes!, 0);
    return files.map((numbers) => Buffer.from(numbers.subarray(1)).toString('hex'));
  }
}
