import type { LogFailEvent, TrainEvent } from './events.js';

/** Writes events somewhere, as they happen. */
export interface EventRecorder {
  /**
   * Called before the first event; what is recorded earlier is written nowhere.
   *
   * @param from - the step after which an earlier part of the same training, whose events are kept, goes on.
   * @throws VicunaError `file-unwritable`.
   */
  begin(from: number | undefined): Promise<void>;
  /**
   * Writes an event and gives it back: what is yielded after it was recorded is there when a listener sees it. A recorder
   * that cannot write any more stops no training: see {@link EventRecorder.takeFailure}.
   */
  record<Event extends TrainEvent>(event: Event): Promise<Event>;
  /** That an event could not be written: only the first of them, and once. */
  takeFailure(): LogFailEvent | undefined;
}

/** Writes every event to several places. */
export function recordTogether(recorders: readonly EventRecorder[]): EventRecorder {
  return {
    async begin(from) {
      for (const recorder of recorders) await recorder.begin(from);
    },
    async record(event) {
      for (const recorder of recorders) await recorder.record(event);
      return event;
    },
    takeFailure() {
      for (const recorder of recorders) {
        const failure = recorder.takeFailure();
        if (failure !== undefined) return failure;
      }
      return undefined;
    },
  };
}
