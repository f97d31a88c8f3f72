import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { VicunaError } from '../../core/index.js';
import { type ByteSource, fileError, pathOf } from '../../io/index.js';
import type { ConversationSource } from './options.js';

const conversationsFile = /^conversations(?:-\d+)?\.json(?:\.gz)?$/;

/**
 * The files to read: in place of the folder of an export, its files in the order of their numbers; anything else as it is.
 *
 * @throws VicunaError `file-unreadable`.
 */
export async function exportFiles(source: ConversationSource): Promise<ConversationSource> {
  if (!Array.isArray(source)) return filesIn(source as ByteSource);
  return (await Promise.all((source as readonly (string | URL)[]).map(filesIn))).flat();
}

async function filesIn<Given extends ByteSource>(source: Given): Promise<Given | string[]> {
  if (typeof source !== 'string' && !(source instanceof URL)) return source;
  const folder = pathOf(source);
  try {
    if (!(await stat(folder)).isDirectory()) return source;
    const names = (await readdir(folder)).filter((name) => conversationsFile.test(name));
    if (names.length > 0) return names.sort().map((name) => join(folder, name));
  } catch (error) {
    throw fileError('file-unreadable', folder, error);
  }
  const message = `${folder} holds no conversations.json and no conversations-000.json. Name the folder that ChatGPT's export was unpacked into.`;
  throw new VicunaError('file-unreadable', message);
}
