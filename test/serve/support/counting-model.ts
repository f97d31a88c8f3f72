// A model whose reply says which request it answers and which token is which: one that is lost, doubled or of another
// request's reply shows.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Generation, Message, TextDelta } from '../../../src/conversation/index.js';
import { startRun } from '../../../src/core/index.js';
import type { ServedModel } from '../../../src/serve/index.js';

export interface CountingOptions {
  readonly id?: string;
  /** Milliseconds before the first token. */
  readonly prefill?: number;
  /** Milliseconds between tokens; 0 for as fast as they are taken. */
  readonly interval?: number;
  /** Whether tokens say when they were made, for benches: nanoseconds on the machine's monotonic clock. */
  readonly isStamped?: boolean;
}

export interface CountingModel extends ServedModel {
  /** Replies that are being made. */
  readonly running: number;
  /** Tokens made, of all replies. */
  readonly made: number;
  /** Replies that were abandoned. */
  readonly abandoned: number;
  /** Names of requests, in the order in which they began. */
  readonly asked: readonly string[];
}

/** What a request asks for: `name` must not hold a space. */
export const ask = (name: string, tokens: number): Message[] => [{ role: 'user', content: `${name} ${tokens}` }];

/** Token by token, what {@link countingModel} answers. */
export const tokenOf = (name: string, index: number) => `${name}:${index} `;

export const replyTo = (name: string, tokens: number) =>
  Array.from({ length: tokens }, (_, index) => tokenOf(name, index)).join('');

/** A token that says when it was made. */
const stamped = (name: string, index: number) => `${name}:${index}@${process.hrtime.bigint()} `;

export function countingModel({
  id = 'counting',
  prefill = 0,
  interval = 0,
  isStamped = false,
}: CountingOptions = {}): CountingModel {
  const state = { running: 0, made: 0, abandoned: 0, asked: [] as string[] };
  const generate = (prompt: string, signal: AbortSignal | undefined) =>
    startRun<TextDelta, Generation>(
      async function* (own) {
        const [name = '', count = '0'] = prompt.split(' ');
        const tokens = Number(count);
        state.running++;
        state.asked.push(name);
        let isFinished = false;
        try {
          if (prefill > 0) await sleep(prefill, undefined, { signal: own }).catch(() => own.throwIfAborted());
          for (let index = 0; index < tokens; index++) {
            if (interval > 0) await sleep(interval, undefined, { signal: own }).catch(() => own.throwIfAborted());
            // As a real model, whose kernels run elsewhere, gives other work its turn.
            else if (index % 16 === 15) await new Promise(setImmediate);
            own.throwIfAborted();
            state.made++;
            yield { type: 'text-delta', text: isStamped ? stamped(name, index) : tokenOf(name, index) };
          }
          isFinished = true;
          const usage = { promptTokens: 2, completionTokens: tokens };
          return { text: replyTo(name, tokens), finishReason: 'stop', usage };
        } finally {
          state.running--;
          if (!isFinished) state.abandoned++;
        }
      },
      { signal },
    );
  return {
    id,
    features: ['seed', 'logprobs'],
    get running() {
      return state.running;
    },
    get made() {
      return state.made;
    },
    get abandoned() {
      return state.abandoned;
    },
    get asked() {
      return state.asked;
    },
    chat: (messages, options) => generate(messages.at(-1)?.content ?? '', options?.signal),
    complete: (prompt, options) => generate(prompt, options?.signal),
    embed: async (texts) =>
      texts.map((text) => ({ values: Float32Array.from({ length: 8 }, (_, at) => text.length / (at + 1)), tokens: 1 })),
  };
}
