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
    this.#kept = entries.flatMap((entry): Kept[] => {
      const { path } = entry;
      if (entry.status === 'committed') return [{ path, sequence: entry.manifest.sequence, damaged: false }];
      return entry.status === 'damaged' ? [{ path, sequence: 0, damaged: true }] : [];
    });
  }

  get nextSequence(): number {
    return Math.max(0, ...this.#kept.map(({ sequence }) => sequence)) + 1;
  }

  /** A checkpoint that cannot be loaded does not count as one to keep. */
  markDamaged(path: string): void {
    this.#kept = this.#kept.map((kept) => (kept.path === path ? { ...kept, damaged: true } : kept));
  }

  /** Call it after a commit: deletes what the new checkpoint makes superfluous, never the new one. */
  async add(path: string, sequence: number): Promise<void> {
    this.#kept = [...this.#kept, { path, sequence, damaged: false }].sort((a, b) => b.sequence - a.sequence);
    const whole = this.#kept.filter(({ damaged }) => !damaged);
    for (const old of [...whole.slice(this.#keep).reverse(), ...this.#kept.filter(({ damaged }) => damaged)]) {
      // What cannot be deleted now is tried again after the next commit; this one stands in any case.
      const removed = await removeCheckpoint(old.path).then(
        () => true,
        () => false,
      );
      if (!removed) continue;
      this.#kept = this.#kept.filter((kept) => kept !== old);
      this.#events.push({ type: 'checkpoint-remove', path: old.path, reason: old.damaged ? 'damaged' : 'superseded' });
    }
  }

  /** What was deleted since the last call. */
  takeEvents(): readonly CheckpointRemoveEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }
}
