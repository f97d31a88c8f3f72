import type { ReadSkipReason } from '../../conversation/index.js';
import { type CleanReport, CleanTally } from '../cleaner/index.js';
import { noPersonalData, type ScrubReport } from '../scrub/index.js';
import type { SegmentReport } from '../segmenter/index.js';
import { emptyTally } from '../segmenter/report.js';
import type { SupervisionReport } from '../supervised/index.js';
import { SupervisionTally } from '../supervised/report.js';

/** What became of the records, stage by stage. @public */
export interface PrepareCounts {
  /** As the readers report it. */
  readonly read: {
    /** Records that were met, flawed ones included. */
    readonly records: number;
    /** Conversations that were made of them. */
    readonly conversations: number;
    /** Records that were left out, by reason. */
    readonly skipped: Readonly<Partial<Record<ReadSkipReason, number>>>;
  };
  /** As `ShareGPTCleaner.clean` reports it. */
  readonly cleaned: CleanReport;
  /** As `scrubPersonalData` reports it; of no conversations where that was not asked for. */
  readonly scrubbed: ScrubReport;
  /** As `ConversationSegmenter.segment` reports it. */
  readonly segmented: SegmentReport;
  /** As `superviseConversations` reports it; the rejections themselves stand in the shards' files of rejects. */
  readonly supervised: Omit<SupervisionReport, 'rejections'>;
}

/** Counts that grow. */
export type Mutable<Counts> = {
  -readonly [Field in keyof Counts]: Counts[Field] extends number | undefined ? number : Mutable<Counts[Field]>;
};

export function noCounts(): Mutable<PrepareCounts> {
  const { rejections: _, ...supervised } = new SupervisionTally().report();
  const empty: PrepareCounts = {
    read: { records: 0, conversations: 0, skipped: {} },
    cleaned: new CleanTally().report(),
    scrubbed: { conversations: 0, changed: 0, found: noPersonalData() },
    segmented: emptyTally(),
    supervised,
  };
  return empty as Mutable<PrepareCounts>;
}

/** Adds numbers to those of the same names, however deep they lie. */
export function addCounts<Counts extends object>(total: Mutable<Counts>, more: Counts): void {
  const into = total as Record<string, unknown>;
  for (const [name, value] of Object.entries(more)) {
    if (typeof value === 'number') into[name] = ((into[name] as number | undefined) ?? 0) + value;
    else {
      into[name] ??= {};
      addCounts(into[name] as Mutable<object>, value as object);
    }
  }
}
