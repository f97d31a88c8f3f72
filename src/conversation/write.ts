import * as z from 'zod';
import { type CallOptions, DataError, parseConfig, type Run, type Source, startRun } from '../core/index.js';
import { JsonWriter, pathOf } from '../io/index.js';
import { conversationSchema } from './schema.js';
import type { Conversation, Role } from './types.js';

/** How to write conversations. @public */
export interface WriteConversationsOptions extends CallOptions {
  /**
   * `messages`: JSON Lines of `{"id", "messages": [{"role", "content"}], "metadata"}` and what else a `Conversation` has, which every reader of OpenAI's
   * form takes too. `sharegpt`: a JSON array of `{"id", "conversations": [{"from", "value"}]}`, as FastChat and axolotl
   * read it; it has no place for metadata, nor for a segment's `segmentOf` and `unfinished`.
   *
   * @defaultValue `'messages'`
   */
  readonly form?: 'messages' | 'sharegpt' | undefined;
}

/** What was written. @public */
export interface WriteReport {
  /** Where the file is now. */
  readonly path: string;
  /** Records that were written. */
  readonly conversations: number;
  /** Messages of all records. */
  readonly messages: number;
  /** Size of the file. */
  readonly bytes: number;
  /** SHA-256 of the file, in hexadecimal. */
  readonly sha256: string;
}

const optionsSchema = z.strictObject({ form: z.enum(['messages', 'sharegpt']).default('messages') });
const speakers: Readonly<Record<Role, string>> = { system: 'system', user: 'human', assistant: 'gpt' };

/**
 * Writes conversations to a file that appears whole, once all are written, or not at all. Nothing is written before the
 * run is used: `await writeConversations('clean.jsonl', conversations).result`.
 *
 * Each conversation is passed on when it is written, so that the file can be written on the way:
 * `segmenter.segment(writeConversations('clean.jsonl', cleaner.clean(logs)))`.
 *
 * @throws VicunaError `file-unwritable`.
 * @throws DataError for a conversation that is none.
 * @public
 */
export function writeConversations(
  path: string | URL,
  conversations: Source<Conversation>,
  options: WriteConversationsOptions = {},
): Run<Conversation, WriteReport> {
  const { signal: own, onProgress, ...fields } = options;
  const { form } = parseConfig(optionsSchema, fields, 'writeConversations options');
  return startRun(
    async function* (signal) {
      const writer = await JsonWriter.create(path, form === 'messages' ? 'lines' : 'array');
      try {
        let count = 0;
        let messages = 0;
        for await (const conversation of conversations) {
          check(conversation, pathOf(path), count);
          await writer.write(form === 'messages' ? conversation : shareGPTRecord(conversation), conversation.id);
          count++;
          messages += conversation.messages.length;
          onProgress?.({ phase: 'write', done: count });
          yield conversation;
        }
        signal.throwIfAborted();
        return { ...(await writer.commit()), conversations: count, messages };
      } finally {
        await writer.discard();
      }
    },
    { signal: own },
  );
}

function check(value: Conversation, file: string, index: number): void {
  const checked = conversationSchema.safeParse(value);
  if (checked.success) return;
  const issues = checked.error.issues.map(({ path, message }) => `${path.join('.') || '(itself)'}: ${message}`);
  const problem = `conversation ${index} cannot be written (${issues.join('; ')}). Clean raw conversations with ShareGPTCleaner or toConversation first.`;
  throw new DataError({ file, ...(typeof value?.id === 'string' && { id: value.id }) }, problem);
}

function shareGPTRecord({ id, messages }: Conversation) {
  return { id, conversations: messages.map(({ role, content }) => ({ from: speakers[role], value: content })) };
}
