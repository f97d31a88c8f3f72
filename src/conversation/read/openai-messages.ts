import * as z from 'zod';
import type { Run } from '../../core/index.js';
import { roleOf } from '../roles.js';
import type { Conversation, Message } from '../types.js';
import { contentId } from './content-id.js';
import { imagePlaceholder, joinPieces, type MessageText, partText } from './message-text.js';
import {
  type ConversationSource,
  checkReadOptions,
  imagesField,
  type ReadImages,
  type ReadOptions,
  readFields,
} from './options.js';
import { type Conversion, readRecords } from './records.js';
import type { ReadReport } from './report.js';
import { type Fields, idText, isFields, otherFields, requireFields, requireText, wrongForm } from './shape.js';

/** How to read OpenAI messages. @public */
export interface ReadOpenAIMessagesOptions extends ReadOptions {
  /** What to do about messages with pictures. @defaultValue `'placeholder'` */
  readonly images?: ReadImages | undefined;
}

const optionsSchema = z.strictObject({ ...readFields, images: imagesField });
const example = 'a record such as {"messages": [{"role": "user", "content": "Hello"}]}';
/** Fields of OpenAI's form that say how to call functions, and those that have a place of their own. */
const takenFields = [
  'id',
  'messages',
  'segmentOf',
  'unfinished',
  'metadata',
  'tools',
  'functions',
  'parallel_tool_calls',
];

/**
 * Reads OpenAI's fine-tuning form, one `{"messages": [{"role", "content"}]}` a line. What `writeConversations` writes is
 * that form with the other fields of a `Conversation`, and comes back as it was.
 *
 * `developer` is read as `system`; parts of a message as paragraphs, pictures among them as a placeholder. A record whose
 * model calls functions is left out and counted. Replies of weight 0 (not to be learned) are cut off at the end; a record
 * in which one comes before a reply to learn is left out, since every reply of a `Conversation` is learned.
 *
 * @throws VicunaError `file-unreadable`.
 * @throws DataError for a damaged record, unless `onBadRecord` is `'skip'`.
 * @public
 */
export function readOpenAIMessages(
  source: ConversationSource,
  options: ReadOpenAIMessagesOptions = {},
): Run<Conversation, ReadReport> {
  const { images, ...checked } = checkReadOptions(optionsSchema, options, 'readOpenAIMessages');
  return readRecords(source, { ...options, ...checked }, (value) => openAIConversation(value, images));
}

/** @throws WrongForm */
export function openAIConversation(value: unknown, images: ReadImages): Conversion<Conversation> {
  const record = requireFields(value, '', example);
  const { messages } = record;
  if (!Array.isArray(messages)) throw wrongForm('', example, record);
  if (messages.some(usesTools)) return { unusable: 'tool-use', message: 'the model calls functions in it' };
  const read = messages.map((message, index) => readMessage(message, `messages[${index}]`));
  const shown = read.reduce((sum, message) => sum + message.images, 0);
  if (shown > 0 && images === 'skip') return { unusable: 'media', message: `it shows ${shown} picture(s)` };
  const learned = untilLastLearned(read);
  if (learned.some(({ weight }) => weight === 0))
    return { unusable: 'not-learned', message: 'a reply of weight 0 comes before one to learn' };
  if (learned.length === 0) return { unusable: 'no-messages', message: 'it has no message to learn from' };
  return { items: [conversationOf(record, learned)] };
}

interface ReadMessage extends Message, Pick<MessageText, 'images'> {
  /** 1 unless the file says otherwise. */
  readonly weight: 0 | 1;
}

function readMessage(value: unknown, path: string): ReadMessage {
  const message = requireFields(value, path, 'a message such as {"role": "user", "content": "Hello"}');
  const word = requireText(message.role, `${path}.role`);
  const role = roleOf(word);
  if (role === undefined) throw wrongForm(`${path}.role`, 'system, developer, user or assistant', word);
  const { text, images } = contentText(message.content, `${path}.content`);
  return { role, content: text, images, weight: role === 'assistant' && message.weight === 0 ? 0 : 1 };
}

function contentText(content: unknown, path: string): MessageText {
  if (typeof content === 'string') return { text: content, images: 0 };
  if (!Array.isArray(content)) throw wrongForm(path, 'text or an array of parts', content);
  let images = 0;
  const pieces = content.map((part, index) => {
    const text = partText(part);
    if (text !== undefined) return text;
    if (!isFields(part) || !/image/.test(String(part.type)))
      throw wrongForm(`${path}[${index}]`, 'a part of type text or image_url', part);
    images++;
    return imagePlaceholder;
  });
  return { text: joinPieces(pieces), images };
}

function usesTools(message: unknown): boolean {
  if (!isFields(message)) return false;
  const called = (message.tool_calls ?? message.function_call ?? undefined) !== undefined;
  return called || message.role === 'tool' || message.role === 'function';
}

/** Without the replies of weight 0 at the end, and the questions to them. */
function untilLastLearned(messages: readonly ReadMessage[]): readonly ReadMessage[] {
  if (!messages.some(({ weight }) => weight === 0)) return messages;
  const last = messages.findLastIndex(({ role, weight }) => role === 'assistant' && weight === 1);
  return messages.slice(0, last + 1);
}

function conversationOf(record: Fields, messages: readonly ReadMessage[]): Conversation {
  const own = isFields(record.metadata) ? record.metadata : undefined;
  const metadata =
    own === undefined ? otherFields(record, takenFields) : { ...otherFields(record, takenFields), ...own };
  return {
    id: idText(record.id) ?? contentId(messages.map(({ role, content }) => ({ from: role, value: content }))),
    messages: messages.map(({ role, content }) => ({ role, content })),
    ...(typeof record.segmentOf === 'string' && { segmentOf: record.segmentOf }),
    ...(record.unfinished === true && { unfinished: true }),
    ...(metadata !== undefined && { metadata }),
  };
}
