import * as z from 'zod';
import { KeyedLog, type LogEntry } from '../../io/index.js';
import { checkRecord } from '../records.js';
import type { Answer } from '../types.js';
import { answerSchemaFor } from './schema.js';

/** An answer as it is kept, under the hash of all that decides it. */
export interface StoredAnswer extends Answer, LogEntry {
  /** Turns are still to come: kept so that no call is paid twice, and no answer yet. */
  readonly part?: true | undefined;
}

export type AnswerLog = KeyedLog<StoredAnswer>;

const keySchema = z.object({ key: z.string().min(1) });
const answerSchema = answerSchemaFor();

/** @throws DataError, VicunaError `file-unwritable`. */
export function openAnswerLog(location: string | URL): Promise<AnswerLog> {
  return KeyedLog.open<StoredAnswer>(location, {
    parse: (value, place) => ({
      ...checkRecord(answerSchema, value, 'a stored answer', place),
      ...checkRecord(keySchema, value, 'a stored answer', place),
    }),
  });
}

/** Whether a record of a file is only the beginning of an answer. */
export function isPart(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'part' in value && value.part === true;
}
