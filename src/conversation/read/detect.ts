import * as z from 'zod';
import type { DataLocation, Run } from '../../core/index.js';
import { toRaw } from '../convert.js';
import type { RawConversation } from '../raw.js';
import type { Conversation } from '../types.js';
import { datasetConversation, isDatasetRecord } from './chat-datasets.js';
import { chatGPTConversations, type ReadChatGPTExportOptions } from './chatgpt-export.js';
import { exportFiles } from './export-files.js';
import { openAIConversation } from './openai-messages.js';
import { type ConversationSource, checkReadOptions, imagesField, readFields } from './options.js';
import { type Conversion, readRecords } from './records.js';
import type { ReadReport } from './report.js';
import { isFields, wrongForm } from './shape.js';
import { type ReadShareGPTOptions, shareGPTConversation, turnsField } from './share-gpt.js';

/** How to read conversations of any form; each option counts for the form it belongs to. @public */
export interface ReadConversationsOptions extends ReadShareGPTOptions, ReadChatGPTExportOptions {}

const optionsSchema = z.strictObject({
  ...readFields,
  format: z.enum(['html', 'markdown']).optional(),
  allBranches: z.boolean().default(false),
  images: imagesField,
});

export type ReadConversationsSettings = z.output<typeof optionsSchema>;

/** What changes the result of {@link readConversations}. @internal */
export const readConversationsSchema: z.ZodType<
  ReadConversationsSettings,
  Omit<ReadConversationsOptions, 'signal' | 'onProgress'>
> = optionsSchema;

/**
 * Reads conversations of any form this package knows and tells the form by itself, record by record:
 *
 * - a `mapping` makes it one of ChatGPT's account export (see {@link readChatGPTExport}; its folder may be named too),
 * - `messages` with a `role` are OpenAI's form, or what `writeConversations` wrote (see {@link readOpenAIMessages}),
 * - `conversation` with a `conversation_hash` or moderations is a row of WildChat or LMSYS-Chat-1M (see
 *   {@link readWildChat} and {@link readLmsysChat}),
 * - otherwise turns under `conversations`, `items`, `conversation`, `messages` or `turns` are ShareGPT's (see
 *   {@link readShareGPT}).
 *
 * A file is a JSON array, JSON Lines or a single object, found out from its first bytes, and so is gzip; or Parquet, where
 * its name ends in `.parquet`.
 *
 * @throws VicunaError `file-unreadable`.
 * @throws DataError for a damaged record, or one of no known form, unless `onBadRecord` is `'skip'`.
 * @public
 */
export function readConversations(
  source: ConversationSource,
  options: ReadConversationsOptions = {},
): Run<RawConversation, ReadReport> {
  const checked = checkReadOptions(optionsSchema, options, 'readConversations');
  const { onBadRecord, maxRecordBytes } = checked;
  return readRecords(
    () => exportFiles(source),
    { signal: options.signal, onProgress: options.onProgress, onBadRecord, maxRecordBytes },
    (value, location) => convertAnyForm(value, location, checked),
  );
}

/** Makes raw conversations of one record. @throws WrongForm */
export function convertAnyForm(
  value: unknown,
  location: DataLocation,
  options: ReadConversationsSettings,
): Conversion<RawConversation> {
  if (!isFields(value)) throw wrongForm('', 'an object that holds a conversation', value);
  if (isFields(value.mapping)) return raw(chatGPTConversations(value, options), location);
  const { messages } = value;
  if (Array.isArray(messages) && (messages.length === 0 || (isFields(messages[0]) && 'role' in messages[0])))
    return raw(openAIConversation(value, options.images), location);
  if (isDatasetRecord(value)) return raw(datasetConversation(value), location);
  if (turnsField(value) !== undefined) return { items: [shareGPTConversation(value, location, options.format)] };
  const forms = '"conversations" (ShareGPT), "mapping" (ChatGPT export) or "messages" (OpenAI)';
  throw wrongForm('', `an object with ${forms}`, value);
}

function raw(conversion: Conversion<Conversation>, location: DataLocation): Conversion<RawConversation> {
  if (!('items' in conversion)) return conversion;
  return { items: mapped(conversion.items, (conversation) => toRaw(conversation, location)) };
}

function* mapped<From, To>(items: Iterable<From>, map: (item: From) => To): Generator<To> {
  for (const item of items) yield map(item);
}
