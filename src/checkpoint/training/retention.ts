import { type CheckpointEntry, removeCheckpoint } from './directory.js';
import type { CheckpointRemoveEvent } from './events.js';

interface Kept {
  readonly path: string;
  readonly sequence: number;
  readonly damaged: boolean;
}

/** The checkpoints of a run, as rank 0 keeps count of them to delete the oldest. */
export class Retention {
  readonly #keep: number;
  #kept: readonly Kept[];
  #events: CheckpointRemoveEvent[] = [];

  constructor(keep: number, entries: readonly CheckpointEntry[]) {
    this.#keep = keep;
    const sequences = entries.map((entry) => (entry.status === 'committed' ? entry.manifest.sequence : 0));
    // One whose manifest is damaged counts as new: it waits until so many are newer that nobody misses it.
    const newest = Math.max(0, ...sequences);
    this.#kept = entries.flatMap((entry, index): Kept[] => {
      const { path, status } = entry;
      if (status === 'committed') return [{ path, sequence: sequences[index]!, damaged: false }];
      return status === 'damaged' ? [{ path, sequence: newest, damaged: true }] : [];
    });
  }

  get nextSequence(): number {
    return Math.max(0, ...this.#kept.map(({ sequence }) => sequence)) + 1;
  }

  /** A checkpoint that cannot be loaded does not count as one to keep. */
  markDamaged(path: string): void {
    this.#kept = this.#kept.map((kept) => (kept.path === path ? { ...kept, damaged: true } : kept));
  }

  /** Call it after a commit: deletes what so many newer ones that are whole make superfluous. */
  async add(path: string, sequence: number): Promise<void> {
    this.#kept = [...this.#kept, { path, sequence, damaged: false }].sort((a, b) => b.sequence - a.sequence);
    let whole = 0;
    for (const kept of this.#kept) {
      if (whole < this.#keep) {
        if (!kept.damaged) whole += 1;
        continue;
      }
      // What cannot be deleted now is tried again after the next commit; this one stands in any case.
      const removed = await removeCheckpoint(kept.path).then(
        () => true,
        () => false,
      );
      if (!removed) continue;
      this.#kept = this.#kept.filter((other) => other !== kept);
      this.#events.push({ type: 'checkpoint-remove', path: kept.path, reason: 'superseded' });
    }
  }

  /** What was deleted since the last call. */
  takeEvents(): readonly CheckpointRemoveEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
