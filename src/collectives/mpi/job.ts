import { writeSync } from 'node:fs';
import type { LaunchedProcess } from './launcher.js';
import type { MpiLibrary } from './library.js';

const STANDARD_ERROR = 2;

/** One process's part in the life of a job: whoever ends without having left takes all others along, and says why. */
export class Job {
  readonly rank: number;
  readonly worldSize: number;
  readonly #library: MpiLibrary;
  #state: 'outside' | 'joined' | 'left' = 'outside';
  #error: unknown;

  constructor(library: MpiLibrary, { rank, worldSize }: LaunchedProcess) {
    this.#library = library;
    this.rank = rank;
    this.worldSize = worldSize;
  }

  /** To be called once the library is initialised. */
  begin(): void {
    this.#state = 'joined';
    process.on('uncaughtExceptionMonitor', this.#remember);
    process.on('exit', this.#exiting);
  }

  /** Waits for all ranks to leave. */
  async leave(): Promise<void> {
    await this.#library.finalise();
    this.#state = 'left';
    process.off('uncaughtExceptionMonitor', this.#remember);
    process.off('exit', this.#exiting);
  }

  /** Ends every process of the job, this one too. */
  abort(message: string, exitCode = 1): never {
    this.#state = 'left';
    writeSync(STANDARD_ERROR, `${message} The whole job is ended.\n`);
    return this.#library.abort(exitCode);
  }

  readonly #remember = (error: unknown): void => {
    this.#error = error;
  };

  readonly #exiting = (code: number): void => {
    if (this.#state !== 'joined') return;
    const reason =
      this.#error === undefined
        ? `ended with exit code ${code} before it had left the job.`
        : `failed: ${this.#error instanceof Error ? this.#error.message : String(this.#error)}.`;
    this.abort(`Rank ${this.rank} of ${this.worldSize} ${reason}`, code === 0 ? 1 : code);
  };
}
