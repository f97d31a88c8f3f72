import { setTimeout as sleep } from 'node:timers/promises';
import type { ChatFeature, ChatModel, ChatOptions, Generation, Message, TextDelta } from '../conversation/index.js';
import { startRun } from '../core/index.js';

/** What a {@link scriptedChatModel} answers to one call. @public */
export interface ScriptedReply {
  /** What the model says. */
  readonly text: string;
  /** Why the reply ends. @defaultValue `'stop'` */
  readonly finishReason?: Generation['finishReason'] | undefined;
  /** Thrown once `text` has been streamed; with an empty `text`, before anything. */
  readonly error?: unknown;
}

/** Answers to calls one after the other, or made of what is asked. An error is thrown. @public */
export type ReplyScript =
  | readonly (string | Error | ScriptedReply)[]
  | ((messages: readonly Message[], call: number) => string | Error | ScriptedReply);

/** How a scripted model behaves. @public */
export interface ScriptedChatOptions {
  /** Names the model in stores, reports and logs. @defaultValue `'scripted'` */
  readonly id?: string | undefined;
  /** Milliseconds before every delta. @defaultValue `0` */
  readonly delay?: number | undefined;
  /** What it says it can do; options are recorded and change nothing. @defaultValue none */
  readonly features?: readonly ChatFeature[] | undefined;
}

/** A call that a {@link scriptedChatModel} was asked to answer. @public */
export interface ScriptedCall {
  /** What it was asked. */
  readonly messages: readonly Message[];
  /** The options of the call, `signal` included. */
  readonly options: ChatOptions;
  /** How it went; `left` where the caller aborted or left the loop. */
  readonly outcome: 'running' | 'finished' | 'failed' | 'left';
}

/** A chat model for tests, and what it was asked. @public */
export interface ScriptedChatModel extends ChatModel {
  /** In the order in which they began. A run that is never used makes no call. */
  readonly calls: readonly ScriptedCall[];
  /** The most calls that ran at the same time. */
  readonly peakConcurrency: number;
}

/**
 * A chat model that replays what it is told to: it streams each reply word by word, records every call, can be slow, can
 * fail before or amid a reply, and stops at once when aborted. Tokens in its usage are words.
 *
 * @throws (from the run) an error that says so when a list of replies has run out.
 *
 * @example
 * ```ts
 * const model = scriptedChatModel(['Hello there.', new Error('rate limited')]);
 * await model.chat([{ role: 'user', content: 'Hi' }]).result; // { text: 'Hello there.', ... }
 * model.calls[0].messages; // [{ role: 'user', content: 'Hi' }]
 * ```
 *
 * @public
 */
export function scriptedChatModel(script: ReplyScript, options: ScriptedChatOptions = {}): ScriptedChatModel {
  const { id = 'scripted', delay = 0, features = [] } = options;
  const calls: Recording[] = [];
  let running = 0;
  let peakConcurrency = 0;
  return {
    id,
    features,
    calls,
    get peakConcurrency() {
      return peakConcurrency;
    },
    chat: (messages, chatOptions = {}) =>
      startRun<TextDelta, Generation>(async function* (signal) {
        const call: Recording = { messages, options: chatOptions, outcome: 'running' };
        const number = calls.push(call) - 1;
        peakConcurrency = Math.max(peakConcurrency, ++running);
        try {
          const reply = replyTo(script, messages, number);
          const words = reply.text.match(/\s*\S+|\s+$/g) ?? [];
          for (const text of words) {
            // The timer's own AbortError is not the reason that the caller gave.
            if (delay > 0) await sleep(delay, undefined, { signal }).catch(() => signal.throwIfAborted());
            signal.throwIfAborted();
            yield { type: 'text-delta', text };
          }
          if (reply.error !== undefined) throw reply.error;
          call.outcome = 'finished';
          return {
            text: reply.text,
            finishReason: reply.finishReason ?? 'stop',
            usage: { promptTokens: countWords(messages), completionTokens: words.length },
          };
        } catch (error) {
          if (!signal.aborted) call.outcome = 'failed';
          throw error;
        } finally {
          running--;
          if (call.outcome === 'running') call.outcome = 'left';
        }
      }, chatOptions),
  };
}

type Recording = { -readonly [Field in keyof ScriptedCall]: ScriptedCall[Field] };

function replyTo(script: ReplyScript, messages: readonly Message[], call: number): ScriptedReply {
  const reply = typeof script === 'function' ? script(messages, call) : script[call];
  if (reply === undefined) throw new Error(`The script has no reply to call ${call + 1}.`);
  if (typeof reply === 'string') return { text: reply };
  return reply instanceof Error ? { text: '', error: reply } : reply;
}

function countWords(messages: readonly Message[]): number {
  return messages.reduce((count, { content }) => count + (content.match(/\S+/g)?.length ?? 0), 0);
}
