import { readFile } from 'node:fs/promises';
import type { Language, ShareGptRecord } from './records.js';
import { rejectedRecords } from './rejected.js';
import { renderReply } from './reply.js';
import { parseConversations, type SourceConversation } from './source.js';

const files = [
  ['english-harbour.md', 'en'],
  ['english-town.md', 'en'],
  ['english-workshop.md', 'en'],
  ['german.md', 'de'],
  ['spanish.md', 'es'],
  ['french.md', 'fr'],
  ['chinese.md', 'zh'],
] as const satisfies readonly (readonly [string, Language])[];

/** Reads the good conversations as they were written, the files evenly mixed. */
export async function readConversations(): Promise<SourceConversation[]> {
  const placed: { readonly place: number; readonly conversation: SourceConversation }[] = [];
  for (const [name, language] of files) {
    const markdown = await readFile(new URL(`conversations/${name}`, import.meta.url), 'utf8');
    const conversations = parseConversations(markdown, language, name);
    for (const [index, conversation] of conversations.entries()) {
      placed.push({ place: (index + 0.5) / conversations.length, conversation });
    }
  }
  return placed.sort((a, b) => a.place - b.place).map(({ conversation }) => conversation);
}

/** Makes the ShareGPT export: the good conversations as saved pages, and the bad records among them. */
export function renderExport(conversations: readonly SourceConversation[]): ShareGptRecord[] {
  const records = conversations.flatMap((conversation) => [
    renderConversation(conversation),
    ...rejectedRecords.filter(({ after }) => after === conversation.id).map(({ record }) => record),
  ]);
  if (records.length !== conversations.length + rejectedRecords.length) {
    throw new Error('A bad record follows a conversation that does not exist; see `after` in rejected.ts.');
  }
  return records;
}

function renderConversation({ id, language, page, turns }: SourceConversation): ShareGptRecord {
  return {
    id,
    conversations: turns.map(({ from, text, noise }) => ({
      from,
      value: from === 'human' ? text : renderReply(text, page, language, noise),
    })),
  };
}
