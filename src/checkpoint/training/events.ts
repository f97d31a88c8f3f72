/** A checkpoint is complete on the disk: from here on a resume begins at it or later. @public */
export interface CheckpointCommitEvent {
  readonly type: 'checkpoint-commit';
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
  readonly type: 'checkpoint-fail';
  readonly step: number;
  readonly path: string;
  /** Which rank failed at which file, why, and what to do. */
  readonly problem: string;
}

/** A checkpoint that is damaged was passed over on the way to an older one. @public */
export interface CheckpointSkipEvent {
  readonly type: 'checkpoint-skip';
  readonly path: string;
  /** The file at fault. */
  readonly file: string;
  /** What is wrong with it. */
  readonly problem: string;
}

/** A checkpoint's directory was deleted. @public */
export interface CheckpointRemoveEvent {
  readonly type: 'checkpoint-remove';
  readonly path: string;
  /** `superseded`: as many as are to be kept are newer. `unfinished`: a save that was killed left it. */
  readonly reason: 'superseded' | 'unfinished';
}

/** What happens to training checkpoints besides what was asked for. @public */
export type CheckpointEvent = CheckpointCommitEvent | CheckpointFailEvent | CheckpointSkipEvent | CheckpointRemoveEvent;
