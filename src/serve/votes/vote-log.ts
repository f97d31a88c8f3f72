import { type FileHandle, open } from 'node:fs/promises';
import type { Vote } from '../../conversation/index.js';
import { DataError } from '../../core/index.js';
import { fileError } from '../../io/index.js';
import { OverloadedError } from '../types.js';

/** A vote as it is kept: with the texts it is about, where the operator keeps them. */
export interface KeptVote extends Vote {
  readonly prompt?: string | undefined;
  readonly answers?: { readonly a: string; readonly b: string } | undefined;
}

/** How every line of ours begins, which is how a torn one is known to be ours. */
const lineFront = '{"models":';
const newline = 0x0a;
/** Bytes that are looked at at a time for the beginning of a torn line. */
const stretchBytes = 64 * 1024;
/** Votes that may wait for the disk; more than people give. */
const maximumWaiting = 1000;

/**
 * Votes as JSON Lines in a file that only grows.
 *
 * Each vote is one line, in one write, flushed to the disk before `append` resolves: people vote seldom, and what they
 * were told is kept survives a power cut. A line that a crash tore is cut off before the next is written, and the vote in
 * it was never acknowledged. The file is opened anew for each vote, so that it may be moved away at any time and nothing
 * has to be closed. A log has one writing process.
 */
export class VoteLog {
  readonly path: string;
  #queue: Promise<unknown> = Promise.resolve();
  #waiting = 0;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes the file where there is none, and mends its end.
   *
   * @throws VicunaError `file-unwritable`.
   * @throws DataError where it does not end as a log of votes does.
   */
  static async open(path: string): Promise<VoteLog> {
    const log = new VoteLog(path);
    await log.#withFile((file) => mendEnd(file, path));
    return log;
  }

  /**
   * Votes are written in the order of the calls.
   *
   * @throws VicunaError `file-unwritable`; the file then holds what it held before.
   * @throws OverloadedError where too many votes wait for the disk.
   */
  async append(vote: KeptVote): Promise<void> {
    if (this.#waiting >= maximumWaiting) throw new OverloadedError('Too many votes wait for the disk.', 1);
    this.#waiting++;
    const appended = this.#queue.then(() => this.#withFile((file) => append(file, this.path, lineOf(vote))));
    this.#queue = appended.catch(() => undefined);
    try {
      await appended;
    } finally {
      this.#waiting--;
    }
  }

  async #withFile(use: (file: FileHandle) => Promise<unknown>): Promise<void> {
    let file: FileHandle | undefined;
    try {
      file = await openToAppend(this.path);
      await use(file);
    } catch (error) {
      throw fileError('file-unwritable', this.path, error);
    } finally {
      await file?.close();
    }
  }
}

/** Not in append mode: Windows lets nobody shorten a file through a handle that only appends. */
async function openToAppend(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'r+');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    return open(path, 'wx+', 0o600);
  }
}

async function append(file: FileHandle, path: string, line: Buffer): Promise<void> {
  const end = await mendEnd(file, path);
  try {
    for (let written = 0; written < line.length; )
      written += (await file.write(line, written, line.length - written, end + written)).bytesWritten;
    await file.datasync();
  } catch (error) {
    // A full disk takes half a line.
    await file.truncate(end).catch(() => undefined);
    throw error;
  }
}

function lineOf({ models, ...rest }: KeptVote): Buffer {
  return Buffer.from(`${JSON.stringify({ models, ...rest })}\n`);
}

/** @returns where the next line goes. */
async function mendEnd(file: FileHandle, path: string): Promise<number> {
  const { size } = await file.stat();
  if (size === 0 || (await read(file, size - 1, 1))[0] === newline) return size;
  const start = await lastLineStart(file, size);
  const front = (await read(file, start, Math.min(size - start, lineFront.length))).toString('latin1');
  // A power cut can leave zeros where a line was to be.
  if (!lineFront.startsWith(front.replace(/\0+$/, '')))
    throw new DataError(
      { file: path, offset: start },
      'the last line is no vote and has no end. Mend it, or name another file.',
    );
  if (isWhole(await read(file, start, size - start))) {
    await file.write('\n', size);
    return size + 1;
  }
  await file.truncate(start);
  return start;
}

async function lastLineStart(file: FileHandle, size: number): Promise<number> {
  for (let end = size; end > 0; ) {
    const start = Math.max(0, end - stretchBytes);
    const found = (await read(file, start, end - start)).lastIndexOf(newline);
    if (found >= 0) return start + found + 1;
    end = start;
  }
  return 0;
}

function isWhole(line: Buffer): boolean {
  try {
    JSON.parse(line.toString());
    return true;
  } catch {
    return false;
  }
}

async function read(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  const { bytesRead } = await file.read(bytes, 0, length, position);
  return bytes.subarray(0, bytesRead);
}
