import * as z from 'zod';
import type { DataLocation, Run } from '../../core/index.js';
import type { RawConversation, RawTurn } from '../raw.js';
import { contentId } from './content-id.js';
import { type ConversationSource, checkReadOptions, type ReadOptions, readFields } from './options.js';
import { readRecords } from './records.js';
import type { ReadReport } from './report.js';
import { type Fields, idText, isFields, otherFields, requireFields, requireText, wrongForm } from './shape.js';
import { formatOf } from './text-format.js';

/** How to read ShareGPT files. @public */
export interface ReadShareGPTOptions extends ReadOptions {
  /** Form of the assistant's turns in every record. @defaultValue found out for each record */
  readonly format?: 'html' | 'markdown' | undefined;
}

const optionsSchema = z.strictObject({ ...readFields, format: z.enum(['html', 'markdown']).optional() });

/** Fields that hold the turns, by which a record is known: the original's, the scrapers', those of later data sets. */
const turnsFields = ['conversations', 'items', 'conversation', 'messages', 'turns'] as const;
const idFields = ['id', 'conversation_id'] as const;
const example = 'a record such as {"id": "a1", "conversations": [{"from": "human", "value": "Hello"}]}';

/**
 * Reads ShareGPT records, saved pages or markdown, from a JSON array or JSON Lines of any size (gzip or not).
 *
 * A record has its turns under `conversations`, `items`, `conversation`, `messages` or `turns`, each with `from` and
 * `value` or `role` and `content` (or a pair `human`, `assistant`). Speakers and text stay as they are: `ShareGPTCleaner`
 * judges them. A record without an id gets one made of its content.
 *
 * @throws VicunaError `file-unreadable`.
 * @throws DataError for a damaged record, unless `onBadRecord` is `'skip'`.
 * @public
 */
export function readShareGPT(
  source: ConversationSource,
  options: ReadShareGPTOptions = {},
): Run<RawConversation, ReadReport> {
  const { format, ...checked } = checkReadOptions(optionsSchema, options, 'readShareGPT');
  return readRecords(source, { ...options, ...checked }, (value, location) => ({
    items: [shareGPTConversation(value, location, format)],
  }));
}

/** @throws WrongForm */
export function shareGPTConversation(
  value: unknown,
  location: DataLocation,
  format?: 'html' | 'markdown' | undefined,
): RawConversation {
  const record = requireFields(value, '', example);
  const field = turnsField(record);
  if (field === undefined) throw wrongForm('', example, record);
  const turns = (record[field] as readonly unknown[]).flatMap((turn, index) => turnsOf(turn, `${field}[${index}]`));
  const id = idFields.map((name) => idText(record[name])).find((found) => found !== undefined) ?? contentId(turns);
  return {
    id,
    turns,
    format: format ?? formatOf(turns),
    location,
    metadata: otherFields(record, [field, ...idFields, 'plugins']),
    ...('plugins' in record && { plugins: record.plugins }),
  };
}

/** The field that holds a record's turns, if it has one. */
export function turnsField(record: Fields): string | undefined {
  return turnsFields.find((name) => Array.isArray(record[name]));
}

function turnsOf(value: unknown, path: string): RawTurn[] {
  const turn = requireFields(value, path, 'a turn such as {"from": "human", "value": "Hello"}');
  if (isPair(turn))
    return ['human', 'assistant'].map((from) => ({ from, value: requireText(turn[from], `${path}.${from}`) }));
  const from = 'from' in turn ? 'from' : 'role';
  const text = 'value' in turn ? 'value' : 'text' in turn ? 'text' : 'content' in turn ? 'content' : 'value';
  return [{ from: requireText(turn[from], `${path}.${from}`), value: requireText(turn[text], `${path}.${text}`) }];
}

function isPair(turn: Fields): boolean {
  return isFields(turn) && 'human' in turn && 'assistant' in turn && !('from' in turn) && !('role' in turn);
}
