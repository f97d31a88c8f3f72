import type { SegmentRejectReason } from './rounds.js';

/** What became of the conversations. @public */
export interface SegmentReport {
  /** Conversations read, rejected ones included. */
  readonly conversations: number;
  /** Questions with their replies, in the conversations that were not rejected. */
  readonly rounds: number;
  /** Segments that were passed on. */
  readonly segments: number;
  /** Tokens of all segments. With `compat: 'fastchat'`, that one's estimate. */
  readonly tokens: number;
  /** Replies that lost their end. */
  readonly truncatedReplies: number;
  /** Replies that were divided among several segments. */
  readonly splitReplies: number;
  /** Rounds left out: too long under the policy `drop`, or a question that leaves no room for a reply. */
  readonly droppedRounds: number;
  /** Users' last messages that nobody answered; there is nothing to learn from them. */
  readonly unansweredTurns: number;
  /** Conversations left out. */
  readonly rejected: Readonly<Record<SegmentRejectReason, number>>;
}

/** The counts of a report while they grow. */
export type SegmentTally = {
  -readonly [Field in keyof SegmentReport]: Field extends 'rejected' ? Record<SegmentRejectReason, number> : number;
};

export function emptyTally(): SegmentTally {
  return {
    conversations: 0,
    rounds: 0,
    segments: 0,
    tokens: 0,
    truncatedReplies: 0,
    splitReplies: 0,
    droppedRounds: 0,
    unansweredTurns: 0,
    rejected: { 'no-reply': 0, 'not-alternating': 0 },
  };
}

/** Adds what became of further conversations. */
export function addTally(total: SegmentTally, { rejected, ...counts }: SegmentReport): void {
  for (const field of Object.keys(counts) as (keyof typeof counts)[]) total[field] += counts[field];
  for (const reason of Object.keys(rejected) as (keyof typeof rejected)[]) total.rejected[reason] += rejected[reason];
}
