import pLimit, { type LimitFunction } from 'p-limit';
import type { ChatModel, ChatOptions, Message, Usage } from '../conversation/index.js';
import { hashOfJson } from '../io/index.js';
import type { Brake } from './brake.js';
import { JudgeCallError } from './failures.js';
import type { JudgeStore, StoredCall } from './store.js';
import { addUsage, noUsage } from './usage.js';

/** A call to a judge: everything that decides its reply. */
export interface JudgeCall {
  readonly judge: ChatModel;
  readonly messages: readonly Message[];
  readonly options: Pick<ChatOptions, 'temperature' | 'maxTokens' | 'responseFormat'>;
  /** 1, or 2 where the first reply could not be read. */
  readonly attempt: 1 | 2;
}

/** Content hash of a call. */
export function callKey({ judge, messages, options, attempt }: JudgeCall): string {
  return hashOfJson({ call: 1, judge: judge.id, messages, options, attempt });
}

/** What calls of one judge came to. @public */
export interface CallCounts {
  /** Calls that were answered, and so paid. */
  readonly made: number;
  /** Replies that the store had, or that another judgment of the run had just asked for. */
  readonly reused: number;
  /** Calls that failed, after whatever their client tried again. */
  readonly failed: number;
  /** Tokens of the calls made. */
  readonly usage: Usage;
}

const none: CallCounts = { made: 0, reused: 0, failed: 0, usage: noUsage };

/**
 * The calls of a run: no more than `concurrency` at a time, and each only once. A reply is in the store before anybody
 * reads it, and a call that is under way is shared by all who want it.
 */
export class JudgeCalls {
  readonly #store: JudgeStore | undefined;
  readonly #brake: Brake;
  readonly #limit: LimitFunction;
  readonly #underWay = new Map<string, Promise<StoredCall>>();
  readonly #counts = new Map<string, CallCounts>();

  constructor(store: JudgeStore | undefined, brake: Brake, concurrency: number) {
    this.#store = store;
    this.#brake = brake;
    this.#limit = pLimit(concurrency);
  }

  countsOf(judge: string): CallCounts {
    return this.#counts.get(judge) ?? none;
  }

  /** @throws JudgeCallError; Stopped; what would make every call fail. */
  async reply(call: JudgeCall, signal: AbortSignal): Promise<StoredCall> {
    const key = callKey(call);
    const known = this.#underWay.get(key) ?? (this.#store?.has(key) ? this.#store.get(key) : undefined);
    if (known !== undefined) {
      const stored = await known;
      this.#count(call, ({ reused }) => ({ reused: reused + 1 }));
      return stored as StoredCall;
    }
    const reply = this.#limit(() => this.#make(key, call, signal));
    this.#underWay.set(key, reply);
    try {
      return await reply;
    } finally {
      this.#underWay.delete(key);
    }
  }

  async #make(key: string, call: JudgeCall, signal: AbortSignal): Promise<StoredCall> {
    signal.throwIfAborted();
    this.#brake.check();
    const { text, finishReason, usage } = await this.#chat(call, signal);
    const reply: StoredCall = { type: 'call', key, text, finishReason, usage };
    this.#count(call, (counts) => ({ made: counts.made + 1, usage: addUsage(counts.usage, usage) }));
    await this.#store?.append(reply);
    return reply;
  }

  async #chat(call: JudgeCall, signal: AbortSignal) {
    try {
      const generation = await call.judge.chat(call.messages, { ...call.options, signal }).result;
      this.#brake.succeeded();
      return generation;
    } catch (error) {
      signal.throwIfAborted();
      const thrown = this.#brake.failed(error);
      if (thrown instanceof JudgeCallError) this.#count(call, ({ failed }) => ({ failed: failed + 1 }));
      throw thrown;
    }
  }

  #count({ judge }: JudgeCall, change: (counts: CallCounts) => Partial<CallCounts>): void {
    const counts = this.countsOf(judge.id);
    this.#counts.set(judge.id, { ...counts, ...change(counts) });
  }
}
