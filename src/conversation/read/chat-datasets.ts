import * as z from 'zod';
import type { Run } from '../../core/index.js';
import { roleOf } from '../roles.js';
import type { Conversation, Message } from '../types.js';
import { contentId } from './content-id.js';
import { type ConversationSource, checkReadOptions, type ReadOptions, readFields } from './options.js';
import type { RowChoice } from './parquet/index.js';
import { type Conversion, readRecords } from './records.js';
import type { ReadReport } from './report.js';
import { type Fields, idText, isFields, otherFields, requireFields, requireText, wrongForm } from './shape.js';

/** How to read a public data set of chats. Where a row group has no row that is wanted, its texts are not even read. @public */
export interface ReadChatDatasetOptions extends ReadOptions {
  /** Models whose conversations are read, as the data set names them: `vicuna-13b`, `gpt-4-0314`. @defaultValue all */
  readonly models?: readonly string[] | undefined;
  /** Languages that are read, as the data set names them: `English`, `German`. @defaultValue all */
  readonly languages?: readonly string[] | undefined;
}

const names = z.array(z.string().min(1)).min(1, 'must name one; leave the option out for all').optional();
const optionsSchema = z.strictObject({ ...readFields, models: names, languages: names });

/**
 * Reads LMSYS-Chat-1M: Parquet files as Hugging Face hands them out, or their rows as JSON. `conversation_id` becomes the
 * id; model, language, turns and what was redacted become metadata, moderation as `flagged` and the categories.
 *
 * @throws VicunaError `file-unreadable`.
 * @throws DataError for a damaged file, naming the row group; for a row of another form, unless `onBadRecord` is `'skip'`.
 * @see {@link https://huggingface.co/datasets/lmsys/lmsys-chat-1m} for its fields and the licence to agree to.
 * @public
 */
export function readLmsysChat(
  source: ConversationSource,
  options: ReadChatDatasetOptions = {},
): Run<Conversation, ReadReport> {
  return readDataset(source, options, 'readLmsysChat');
}

/**
 * Reads WildChat, WildChat-1M and WildChat-nontoxic: Parquet files as Hugging Face hands them out, or their rows as JSON.
 * `conversation_hash` becomes the id; model, language, time, country and whether a classifier called it toxic become
 * metadata. Hashed addresses and headers of browsers are dropped.
 *
 * @throws VicunaError `file-unreadable`.
 * @throws DataError for a damaged file, naming the row group; for a row of another form, unless `onBadRecord` is `'skip'`.
 * @see {@link https://huggingface.co/datasets/allenai/WildChat-1M} for its fields.
 * @public
 */
export function readWildChat(
  source: ConversationSource,
  options: ReadChatDatasetOptions = {},
): Run<Conversation, ReadReport> {
  return readDataset(source, options, 'readWildChat');
}

function readDataset(source: ConversationSource, options: ReadChatDatasetOptions, reader: string) {
  const { models, languages, ...checked } = checkReadOptions(optionsSchema, options, reader);
  const choose = choiceOf(models, languages);
  return readRecords<Conversation>(
    source,
    {
      ...checked,
      signal: options.signal,
      onProgress: options.onProgress,
      ...(choose.columns.length > 0 && { choose }),
    },
    (value) => {
      if (isFields(value) && !choose.wants(value))
        return { unusable: 'filtered', message: `it is ${String(value.language)}, by ${String(value.model)}` };
      return datasetConversation(value);
    },
  );
}

function choiceOf(models: readonly string[] | undefined, languages: readonly string[] | undefined): RowChoice {
  const wanted = Object.entries({ model: models, language: languages }).filter(([, kept]) => kept !== undefined);
  return {
    columns: wanted.map(([column]) => column),
    wants: (row) => wanted.every(([column, kept]) => kept?.includes(row[column] as string)),
  };
}

/** Whether a record has the fields of one of these data sets, beside the turns that others have too. */
export function isDatasetRecord(record: Fields): boolean {
  return Array.isArray(record.conversation) && ('conversation_hash' in record || 'openai_moderation' in record);
}

const example = 'a row such as {"conversation_id": "a1", "conversation": [{"role": "user", "content": "Hello"}]}';
const takenFields = [
  'conversation',
  'conversation_id',
  'conversation_hash',
  'openai_moderation',
  'detoxify_moderation',
  'hashed_ip',
  'header',
];

/** @throws WrongForm */
export function datasetConversation(value: unknown): Conversion<Conversation> {
  const record = requireFields(value, '', example);
  const { conversation } = record;
  if (!Array.isArray(conversation)) throw wrongForm('', example, record);
  if (conversation.length === 0) return { unusable: 'no-messages', message: 'it has no message' };
  const messages = conversation.map((turn, index) => messageOf(turn, `conversation[${index}]`));
  const turns = messages.map(({ role, content }) => ({ from: role, value: content }));
  const flagged = flaggedCategories(record.openai_moderation);
  const metadata = { ...otherFields(record, takenFields), ...(flagged !== undefined && flagged) };
  const id = idText(record.conversation_hash) ?? idText(record.conversation_id) ?? contentId(turns);
  return { items: [{ id, messages, ...(Object.keys(metadata).length > 0 && { metadata }) }] };
}

function messageOf(value: unknown, path: string): Message {
  const turn = requireFields(value, path, 'a message such as {"role": "user", "content": "Hello"}');
  const word = requireText(turn.role, `${path}.role`);
  const role = roleOf(word);
  if (role === undefined) throw wrongForm(`${path}.role`, 'system, user or assistant', word);
  return { role, content: requireText(turn.content, `${path}.content`) };
}

/** A moderation of every message comes to whether any was flagged, and for what: the scores are larger than the text. */
function flaggedCategories(moderation: unknown): Fields | undefined {
  if (!Array.isArray(moderation)) return undefined;
  const verdicts = moderation.filter(isFields);
  const categories = verdicts.flatMap((verdict) =>
    isFields(verdict.categories) ? Object.entries(verdict.categories) : [],
  );
  const found = new Set(categories.filter(([, is]) => is === true).map(([name]) => name));
  return { flagged: verdicts.some(({ flagged }) => flagged === true), flaggedFor: [...found].sort() };
}
