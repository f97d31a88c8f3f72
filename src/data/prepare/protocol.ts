import type { SkippedRecord } from '../../conversation/index.js';
import type { DataLocation } from '../../core/index.js';
import type { BadJsonRecord } from '../../io/index.js';
import type { ConversationPrint, Objection, Reject } from '../cleaner/index.js';
import type { SegmentReport } from '../segmenter/index.js';
import type { PrepareCounts } from './counts.js';

/** Where something lies in a buffer. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** A record as it was found: where its bytes lie in the batch, or what is wrong with it. */
export type FoundRecord = (ByteRange & { readonly location: DataLocation }) | BadJsonRecord;

/** Records for one thread to work on. Its memory is handed over, not copied. */
export interface RecordBatch {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly records: readonly FoundRecord[];
}

/** What was made of a batch. */
export interface PreparedBatch {
  /** Examples and text as they will stand in the files. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly records: readonly PreparedRecord[];
}

export type PreparedRecord = { readonly skipped: SkippedRecord } | { readonly conversations: readonly Prepared[] };

/** One conversation, with all that can be said before others are looked at. */
export interface Prepared {
  readonly turns: number;
  /** UTF-16 units as they were read. */
  readonly characters: number;
  readonly outcome: { readonly reject: Reject } | Candidate;
}

/** A conversation that is kept unless it is a duplicate, or there is an objection of its own. */
export interface Candidate {
  readonly print: ConversationPrint;
  readonly location: DataLocation | undefined;
  readonly plugins: Objection | undefined;
  readonly filters: Objection | undefined;
  /** Nothing where there is an objection. */
  readonly product: Product | undefined;
}

export interface Product {
  readonly messages: number;
  readonly characters: number;
  readonly examples: ByteRange;
  readonly conversations: ByteRange;
  readonly scrubbed: PrepareCounts['scrubbed'];
  readonly segmented: SegmentReport;
  readonly supervised: PrepareCounts['supervised'];
  readonly losses: readonly Loss[];
}

/** Something that was kept by the cleaner and still is not learned from. */
export interface Loss {
  readonly id: string;
  readonly stage: 'segment' | 'tokenize';
  readonly reason: string;
  readonly detail: string;
}

export interface ToWorker {
  readonly number: number;
  readonly batch: RecordBatch;
}

export type FromWorker =
  | { readonly type: 'ready'; readonly vocabularySize: number }
  | { readonly type: 'prepared'; readonly number: number; readonly prepared: PreparedBatch }
  | { readonly type: 'failed'; readonly error: WorkerFailure };

/** An error as it gets through between threads. */
export interface WorkerFailure {
  /** Of a VicunaError. */
  readonly code: string | undefined;
  readonly message: string;
}
