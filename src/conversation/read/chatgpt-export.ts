import * as z from 'zod';
import type { Run } from '../../core/index.js';
import type { Conversation, Message } from '../types.js';
import { type Branch, branchesOf } from './chatgpt-branch.js';
import { MessageTree } from './chatgpt-tree.js';
import { contentId } from './content-id.js';
import { exportFiles } from './export-files.js';
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
import { type Fields, idText, isFields, requireFields, wrongForm } from './shape.js';

/** How to read ChatGPT's account export. @public */
export interface ReadChatGPTExportOptions extends ReadOptions {
  /**
   * One conversation for every branch of the tree (edited questions, replies tried again), with ids `<id>/<leaf>`;
   * otherwise only the branch that ChatGPT would show.
   *
   * @defaultValue `false`
   */
  readonly allBranches?: boolean | undefined;
  /** What to do about messages with pictures. @defaultValue `'placeholder'` */
  readonly images?: ReadImages | undefined;
}

const optionsSchema = z.strictObject({ ...readFields, allBranches: z.boolean().default(false), images: imagesField });
const example = 'a conversation of ChatGPT\'s export, {"title": …, "mapping": {…}, "current_node": …}';

/**
 * Reads the account export of ChatGPT (Settings, Data controls, Export data): the unpacked folder, its
 * `conversations.json`, or its `conversations-000.json`, `conversations-001.json` and so on, as newer ones are split.
 *
 * A conversation holds what ChatGPT's page shows of it: the path from the current message back to the root, without
 * system messages, custom instructions, calls of tools and their results, thoughts, and citation marks. Messages that one
 * speaker sent in a row become one. `metadata` has `title`, `createTime`, `model` and the number of `attachments`
 * (pictures and files the text cannot show).
 *
 * @throws VicunaError `file-unreadable`.
 * @throws DataError for a damaged record, unless `onBadRecord` is `'skip'`.
 * @public
 */
export function readChatGPTExport(
  source: ConversationSource,
  options: ReadChatGPTExportOptions = {},
): Run<Conversation, ReadReport> {
  const { allBranches, images, ...checked } = checkReadOptions(optionsSchema, options, 'readChatGPTExport');
  return readRecords(
    () => exportFiles(source),
    { ...options, ...checked },
    (value) => chatGPTConversations(value, { allBranches, images }),
  );
}

/** @throws WrongForm */
export function chatGPTConversations(value: unknown, options: BranchOptions): Conversion<Conversation> {
  const record = requireFields(value, '', example);
  if (!isFields(record.mapping)) throw wrongForm('', example, record);
  const branches = usableBranches(new MessageTree(record.mapping), record, options);
  const first = branches.next();
  if (first.done) return first.value;
  return { items: conversations(record, options, first.value, branches) };
}

interface BranchOptions {
  readonly allBranches: boolean;
  readonly images: ReadImages;
}

type Unusable = Exclude<Conversion<never>, { readonly items: unknown }>;

/** Yields what can be used; where nothing could, says why. */
function* usableBranches(tree: MessageTree, record: Fields, options: BranchOptions): Generator<Branch, Unusable> {
  let why: Unusable = { unusable: 'no-messages', message: 'the page of this conversation shows no message' };
  const current = options.allBranches ? undefined : tree.currentLeaf(record.current_node);
  for (const branch of branchesOf(tree, current === undefined ? tree.leaves() : [current]))
    if (branch.attachments === 0 || options.images === 'placeholder') yield branch;
    else why = { unusable: 'media', message: `it has ${branch.attachments} picture(s) or file(s)` };
  return why;
}

function* conversations(record: Fields, options: BranchOptions, first: Branch, rest: Iterable<Branch>) {
  yield conversationOf(record, options, first);
  for (const branch of rest) yield conversationOf(record, options, branch);
}

function conversationOf(record: Fields, { allBranches }: BranchOptions, branch: Branch): Conversation {
  const messages: readonly Message[] = branch.turns.map(({ from, value }) => ({ role: from, content: value }));
  const id = idText(record.conversation_id) ?? idText(record.id) ?? contentId(branch.turns);
  return { id: allBranches ? `${id}/${branch.leaf}` : id, messages, metadata: metadataOf(record, branch) };
}

function metadataOf(record: Fields, { attachments }: Branch): Readonly<Record<string, unknown>> {
  const { title, create_time: seconds, default_model_slug: model } = record;
  const created = typeof seconds === 'number' ? new Date(seconds * 1000) : undefined;
  return {
    ...(typeof title === 'string' && title !== '' && { title }),
    ...(created !== undefined && !Number.isNaN(created.getTime()) && { createTime: created.toISOString() }),
    ...(typeof model === 'string' && { model }),
    ...(attachments > 0 && { attachments }),
  };
}
