import { type FileHandle, open } from 'node:fs/promises';
import type { FileMetaData } from 'hyparquet';
import { DataError } from '../../../core/index.js';
import { fileError, pathOf } from '../../../io/index.js';

/** Largest footer that is read: 64 MiB, more than the largest public data sets have. */
const maxFooterBytes = 64 * 1024 * 1024;
const magic = 'PAR1';
/** The length of the footer and the magic number, at the end of a file. */
const tailBytes = 8;

/** A Parquet file of which only what is asked for is read. */
export class ParquetFile implements AsyncDisposable {
  readonly path: string;
  readonly byteLength: number;
  readonly #handle: FileHandle;
  /** Bytes that have been read from it. */
  taken = 0;

  private constructor(path: string, handle: FileHandle, byteLength: number) {
    this.path = path;
    this.#handle = handle;
    this.byteLength = byteLength;
  }

  /** @throws VicunaError `file-unreadable`. */
  static async open(location: string | URL): Promise<ParquetFile> {
    const path = pathOf(location);
    let handle: FileHandle | undefined;
    try {
      handle = await open(path, 'r');
      const stats = await handle.stat();
      return new ParquetFile(path, handle, stats.size);
    } catch (error) {
      await handle?.close();
      throw fileError('file-unreadable', path, error);
    }
  }

  /** The bytes from one offset to another, as hyparquet asks for them. */
  async slice(start: number, end = this.byteLength): Promise<ArrayBuffer> {
    if (!(start >= 0 && start <= end && end <= this.byteLength))
      throw new RangeError(`bytes ${start} to ${end} lie outside the file`);
    const bytes = new Uint8Array(end - start);
    try {
      for (let read = 0; read < bytes.length; ) {
        const { bytesRead } = await this.#handle.read(bytes, read, bytes.length - read, start + read);
        if (bytesRead === 0) throw new RangeError(`the file ended at byte ${start + read} while it was read`);
        read += bytesRead;
      }
    } catch (error) {
      throw fileError('file-unreadable', this.path, error);
    }
    this.taken += bytes.length;
    return bytes.buffer;
  }

  /**
   * What the file says of itself.
   *
   * @throws DataError where it is no Parquet file, or not whole.
   */
  async readMetadata(): Promise<FileMetaData> {
    const { path, byteLength } = this;
    const wrong = (problem: string, cause?: unknown) =>
      new DataError({ file: path, offset: Math.max(0, byteLength - tailBytes) }, problem, { cause });
    const whole = 'It is no Parquet file, or was cut off while it was written or copied: get it again.';
    if (byteLength < magic.length + tailBytes)
      throw wrong(`expected a Parquet file, found ${byteLength} bytes. ${whole}`);
    const tail = Buffer.from(await this.slice(byteLength - tailBytes));
    if (tail.toString('latin1', 4) !== magic)
      throw wrong(`expected a Parquet file, which ends with ${magic}. ${whole}`);
    const footerBytes = tail.readUInt32LE(0);
    if (footerBytes > byteLength - tailBytes - magic.length)
      throw wrong(`the footer should have ${footerBytes} bytes, more than the file. ${whole}`);
    if (footerBytes > maxFooterBytes)
      throw wrong(
        `the footer has ${footerBytes} bytes, more than the ${maxFooterBytes} that are read. Write the file with fewer row groups.`,
      );
    const { parquetMetadata } = await import('hyparquet');
    const footer = await this.slice(byteLength - tailBytes - footerBytes);
    try {
      return parquetMetadata(footer);
    } catch (error) {
      throw wrong(`the footer cannot be read (${reasonOf(error)}). Get the file again.`, error);
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#handle.close();
  }
}

export const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
