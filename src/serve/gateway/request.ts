import type { Embedding, Generation, TextDelta, Usage } from '../../conversation/index.js';
import { VicunaError } from '../../core/index.js';
import type { Call, ReplyEnd } from '../bus/protocol/index.js';
import { WorkerLostError } from '../types.js';
import { prefixNames } from './affinity.js';
import type { RequestEndEvent } from './events.js';

/** A request's place on a worker. */
export interface Assignment {
  readonly worker: string;
  /** The reader took this many deltas. */
  grant(deltas: number): void;
  /** Nobody waits for the reply any more. */
  cancel(reason: string): void;
}

/** What a request tells whoever routes it. */
export interface RequestHost {
  /** Its worker is gone before anything was handed out. */
  onRetry(request: GatewayRequest, worker: string, problem: string): void;
  onFirstToken(request: GatewayRequest, worker: string): void;
  onEnd(request: GatewayRequest): void;
}

type Ending = Pick<RequestEndEvent, 'outcome'> & { readonly error?: unknown };

/** The latest that a timer can wait for. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** One request, from the moment it came until its reader has all of the reply or knows why not. */
export class GatewayRequest {
  readonly id: string;
  readonly model: string;
  readonly call: Call;
  readonly caller: string;
  /** Milliseconds since the epoch. */
  readonly deadline: number;
  /** The caller's own name for where it should go. */
  readonly affinity: string | undefined;
  readonly submitted = performance.now();
  /** Workers it was given to. */
  attempts = 0;
  /** Workers that would not have it. */
  refusals = 0;
  ending: Ending | undefined;
  readonly #host: RequestHost;
  readonly #window: number;
  readonly #timer: NodeJS.Timeout;
  #prefixes: readonly string[] | undefined;
  #assignment: Assignment | undefined;
  #lastWorker: string | undefined;
  #assigned = 0;
  /** Deltas that came and are not handed out yet. */
  #buffer: TextDelta[] = [];
  #text = '';
  #embeddings: Embedding[] = [];
  #end: ReplyEnd | undefined;
  #hasToken = false;
  #received = 0;
  #taken = 0;
  #owed = 0;
  #wake: (() => void) | undefined;

  constructor(
    facts: Pick<GatewayRequest, 'id' | 'model' | 'call' | 'caller' | 'deadline' | 'affinity'>,
    window: number,
    host: RequestHost,
  ) {
    this.id = facts.id;
    this.model = facts.model;
    this.call = facts.call;
    this.caller = facts.caller;
    this.deadline = facts.deadline;
    this.affinity = facts.affinity;
    this.#window = window;
    this.#host = host;
    this.#timer = setTimeout(() => this.#expire(), Math.min(Math.max(0, facts.deadline - Date.now()), LONGEST_TIMER));
  }

  /** Names of its beginnings, for routing. Made at first use: where there is but one worker nobody asks. */
  get prefixes(): readonly string[] {
    this.#prefixes ??= this.affinity === undefined ? prefixNames(this.call) : [`key ${this.affinity}`];
    return this.#prefixes;
  }

  get isRunning(): boolean {
    return this.#assignment !== undefined;
  }

  get milliseconds(): number {
    return performance.now() - this.submitted;
  }

  /** Since its last worker got it. */
  get runningMilliseconds(): number {
    return performance.now() - this.#assigned;
  }

  /** The last worker that had it. */
  get worker(): string | undefined {
    return this.#lastWorker;
  }

  get usage(): Usage | undefined {
    return this.#end?.usage;
  }

  /** Of an `embed` call that has ended well. */
  get embeddings(): readonly Embedding[] {
    return this.#embeddings;
  }

  /** The next piece of the reply; `undefined` after the last. @throws why there is none. */
  async next(): Promise<TextDelta | undefined> {
    while (this.#buffer.length === 0 && this.ending === undefined)
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    const delta = this.#buffer.shift();
    if (delta === undefined) {
      if (this.ending!.error !== undefined) throw this.ending!.error;
      return undefined;
    }
    this.#taken++;
    // Granted in halves of the window: a message for many deltas.
    if (++this.#owed * 2 >= this.#window) {
      this.#assignment?.grant(this.#owed);
      this.#owed = 0;
    }
    return delta;
  }

  /** The whole reply, when all of it was handed out. */
  get generation(): Generation {
    const { finishReason, usage } = this.#end!;
    return { text: this.#text, finishReason, usage };
  }

  assigned(assignment: Assignment): void {
    this.#assignment = assignment;
    this.#lastWorker = assignment.worker;
    this.#assigned = performance.now();
    this.attempts++;
  }

  receive(deltas: readonly TextDelta[]): void {
    if (!this.#hasToken) this.#host.onFirstToken(this, this.#lastWorker!);
    this.#hasToken = true;
    this.#received += deltas.length;
    for (const delta of deltas) {
      this.#buffer.push(delta);
      this.#text += delta.text;
    }
    this.#notify();
  }

  receiveEmbeddings(embeddings: readonly Embedding[]): void {
    this.#embeddings.push(...embeddings);
  }

  finish(reply: ReplyEnd | undefined): void {
    this.#assignment = undefined;
    const asked = this.call.kind === 'embed' ? this.call.texts.length : reply?.deltas;
    const came = this.call.kind === 'embed' ? this.#embeddings.length : this.#received;
    if (asked !== came) {
      this.fail(
        new VicunaError(
          'worker-lost',
          `Worker ${this.#lastWorker} sent ${came} of ${asked} pieces of the reply. Send the request again.`,
        ),
      );
      return;
    }
    this.#end = reply;
    this.#settle({ outcome: 'finished' });
  }

  /** The model or the gateway says why there is no reply. What came before is still handed out. */
  fail(error: unknown, outcome: RequestEndEvent['outcome'] = 'failed'): void {
    this.#settle({ outcome, error });
  }

  /** Its worker would not have it. */
  refused(problem: string): void {
    const worker = this.#lastWorker!;
    this.#assignment = undefined;
    this.attempts--;
    this.refusals++;
    this.#host.onRetry(this, worker, problem);
  }

  /** Its worker is gone. What the reader has not seen yet does not count. */
  lost(problem: string): void {
    const worker = this.#lastWorker!;
    this.#assignment = undefined;
    if (this.#taken > 0) {
      this.fail(new WorkerLostError(worker, problem), 'worker-lost');
      return;
    }
    this.#buffer = [];
    this.#text = '';
    this.#embeddings = [];
    this.#received = 0;
    this.#owed = 0;
    this.#host.onRetry(this, worker, problem);
  }

  /** The reader leaves. Without effect after the end. */
  cancel(reason: unknown): void {
    if (this.ending !== undefined) return;
    this.#buffer = [];
    this.#settle({ outcome: 'cancelled', error: reason });
  }

  #expire(): void {
    const waited = Math.round(this.milliseconds);
    const where = this.#lastWorker === undefined ? 'no worker had room for it' : `worker ${this.#lastWorker} had it`;
    this.#buffer = [];
    this.fail(
      new VicunaError(
        'deadline-exceeded',
        `Request ${this.id} to model ${this.model} was not done within ${waited} ms: ${where}. Give it more time, or ask for less.`,
      ),
      'deadline',
    );
  }

  #settle(ending: Ending): void {
    if (this.ending !== undefined) return;
    this.ending = ending;
    clearTimeout(this.#timer);
    this.#assignment?.cancel(ending.outcome === 'deadline' ? 'its deadline passed' : 'the caller left');
    this.#assignment = undefined;
    this.#host.onEnd(this);
    this.#notify();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}
