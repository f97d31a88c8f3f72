import type { Conversation, RawConversation } from '../../conversation/index.js';
import type { DataLocation } from '../../core/index.js';
import {
  type RejectReason,
  rejectReasons,
  type SegmentRejectReason,
  type SupervisionRejectReason,
} from '../../data/index.js';

/** Why something is not in the data set: the cleaner's reasons, then the segmenter's, then those of supervision. @public */
export type LeftOutReason = RejectReason | SegmentRejectReason | SupervisionRejectReason;

/** A conversation that is not in the data set. @public */
export interface LeftOut {
  /** Of the conversation, or of the segment of it. */
  readonly id: string;
  /** The first reason that applied. */
  readonly reason: LeftOutReason;
  /** What was found, for a person. */
  readonly detail: string;
  /** Where it was read, where that is known. */
  readonly location?: DataLocation | undefined;
  /** Its beginning as it was read: 800 characters at most. */
  readonly excerpt: string;
}

/** Every reason, in the order of the stages. */
export const leftOutReasons: readonly LeftOutReason[] = [
  ...rejectReasons,
  ...(['no-reply', 'not-alternating'] satisfies SegmentRejectReason[]),
  ...(['nothing-to-learn', 'too-long', 'malformed'] satisfies SupervisionRejectReason[]),
];

const longest = 800;
/** So that a long question does not hide the reply. */
const longestTurn = 300;

/** The beginning of a conversation, whatever is in it. */
export function excerptOf(record: RawConversation | Conversation): string {
  const turns =
    'turns' in record ? record.turns : record.messages.map(({ role, content }) => ({ from: role, value: content }));
  const lines: string[] = [];
  let room = longest;
  for (const { from, value } of turns) {
    if (room <= 0) break;
    const line = clipped(`${from}: ${value}`, Math.min(room, longestTurn));
    lines.push(line);
    room -= line.length + 1;
  }
  if (lines.length < turns.length) lines.push('…');
  return lines.join('\n');
}

/** At most so many UTF-16 units, no character cut in two. */
export function clipped(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}
