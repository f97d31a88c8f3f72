/** A checkpoint is complete on the disk: from here on a resume begins at it or later. @public */
export interface CheckpointCommitEvent {
  /** Tells the event from others. */
  readonly type: 'checkpoint-commit';
  /** Optimizer steps that it holds. */
  readonly step: number;
  /** Its directory. */
  readonly path: string;
  /** Of all ranks' files. */
  readonly bytes: number;
  /** From the call of `save` to the commit. */
  readonly seconds: number;
  /** Part of it that training waited for, on this rank. */
  readonly copySeconds: number;
}

/** A checkpoint could not be written; the ones before it stand and training may go on. @public */
export interface CheckpointFailEvent {
  /** Tells the event from others. */
  readonly type: 'checkpoint-fail';
  /** Optimizer steps that it would have held. */
  readonly step: number;
  /** The directory in which it was to appear. */
  readonly path: string;
  /** Which rank failed at which file, why, and what to do. */
  readonly problem: string;
}

/** A checkpoint that is damaged was passed over on the way to an older one. @public */
export interface CheckpointSkipEvent {
  /** Tells the event from others. */
  readonly type: 'checkpoint-skip';
  /** Directory of the damaged checkpoint; it is left where it is. */
  readonly path: string;
  /** The file at fault. */
  readonly file: string;
  /** What is wrong with it. */
  readonly problem: string;
}

/** A checkpoint's directory was deleted. @public */
export interface CheckpointRemoveEvent {
  /** Tells the event from others. */
  readonly type: 'checkpoint-remove';
  /** The directory that is gone. */
  readonly path: string;
  /** `superseded`: as many as are to be kept are newer. `unfinished`: a save that was killed left it. */
  readonly reason: 'superseded' | 'unfinished';
}

/** What happens to training checkpoints besides what was asked for. @public */
export type CheckpointEvent = CheckpointCommitEvent | CheckpointFailEvent | CheckpointSkipEvent | CheckpointRemoveEvent;
