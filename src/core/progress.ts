/** How far a job is. @public */
export interface Progress {
  /** What is being done, in a word or two: `read`, `clean`, `train`. */
  readonly phase: string;
  /** Units finished so far; the unit belongs to the phase (bytes, conversations, steps). */
  readonly done: number;
  /** Units in all, where known. */
  readonly total?: number;
}

/** What every call that takes time accepts. It never changes the result, so it is never part of a configuration. @public */
export interface CallOptions {
  /** Aborting stops the job and rejects with `signal.reason` itself, unwrapped. */
  readonly signal?: AbortSignal | undefined;
  /** Called as the job goes on, for bars and logs; must not throw. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}
