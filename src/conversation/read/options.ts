import * as z from 'zod';
import { type CallOptions, parseConfig } from '../../core/index.js';
import type { ByteSource } from '../../io/index.js';

/**
 * Where conversations are read from: a path, several paths read one after another, or a stream of bytes. A path that ends
 * in `.parquet` is read as Parquet, row group by row group; a stream cannot be.
 *
 * @public
 */
export type ConversationSource = ByteSource | readonly (string | URL)[];

/** What every reader accepts. @public */
export interface ReadOptions extends CallOptions {
  /**
   * What to do about a record that is damaged or has another form: stop with an error that says where, or leave it out,
   * count it in the report and go on.
   *
   * @defaultValue `'throw'`
   */
  readonly onBadRecord?: 'throw' | 'skip' | undefined;
  /** Largest JSON record in bytes: the bound on memory. @defaultValue `67_108_864` (64 MiB) */
  readonly maxRecordBytes?: number | undefined;
}

/**
 * What to do about a message with pictures, which a text model cannot see: put a placeholder (`![image]()`) in its place,
 * or leave out the conversation and count it.
 *
 * @public
 */
export type ReadImages = 'placeholder' | 'skip';

export const imagesField = z.enum(['placeholder', 'skip']).default('placeholder');

export const readFields = {
  onBadRecord: z.enum(['throw', 'skip']).default('throw'),
  maxRecordBytes: z.int().positive().optional(),
};

/** Checks what changes the result; `signal` and `onProgress` are passed by. */
export function checkReadOptions<Output>(schema: z.ZodType<Output>, options: ReadOptions, reader: string): Output {
  const { signal: _signal, onProgress: _onProgress, ...fields } = options;
  return parseConfig(schema, fields, `${reader} options`);
}
