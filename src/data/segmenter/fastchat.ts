import type { Conversation, Message } from '../../conversation/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import type { Cut } from './cut-conversation.js';
import type { CountedSegment } from './long-round.js';
import { emptyTally } from './report.js';
import { roleOfTurn } from './rounds.js';

// What FastChat adds to a message's own tokens for the template's.
const TEMPLATE_TOKENS = 6;

/** Cuts a conversation as FastChat's `split_long_conversation` does. */
export async function cutLikeFastChat(
  conversation: Conversation,
  maxTokens: number,
  tokenizer: Tokenizer,
): Promise<Cut> {
  const { messages, unfinished: _, ...rest } = conversation;
  const system = messages[0]?.role === 'system' ? messages.slice(0, 1) : [];
  const said = messages.slice(system.length);
  const turns = said.slice(0, Math.floor(said.length / 2) * 2);
  const tally = {
    ...emptyTally(),
    conversations: 1,
    rounds: turns.length / 2,
    unansweredTurns: said.length - turns.length,
  };
  if (turns.length === 0) tally.rejected['no-reply']++;

  // Plain strings: FastChat takes special tokens wherever their letters stand.
  const encodings = await tokenizer.encodeBatch(turns.map(({ content }) => content));
  const counts = encodings.map(({ length }) => length + TEMPLATE_TOKENS);
  const segments: CountedSegment[] = [];
  for (const [start, end] of ranges(counts, maxTokens)) {
    const kept = turns.slice(start, end);
    if (kept.length === 0 || !alternates(kept)) continue;
    const tokens = counts.slice(start, end).reduce((sum, count) => sum + count, 0);
    const messages = [...system, ...kept];
    const segment = { ...rest, id: `${rest.id}_${start}`, segmentOf: rest.segmentOf ?? rest.id, messages };
    segments.push({ segment, tokens });
    tally.segments++;
    tally.tokens += tokens;
  }
  const keptTurns = segments.reduce((sum, { segment }) => sum + segment.messages.length - system.length, 0);
  tally.droppedRounds = (turns.length - keptTurns) / 2;
  return { segments, tally };
}

/** Turns `[start, end)` of each segment. A last pair that overflows belongs to none; an early one leaves an empty range. */
function* ranges(counts: readonly number[], maxTokens: number): Generator<[start: number, end: number]> {
  let start = 0;
  let filled = 0;
  for (let turn = 0; turn < counts.length; turn += 2) {
    const pair = counts[turn]! + counts[turn + 1]!;
    if (filled + pair > maxTokens) {
      yield [start, turn];
      start = turn;
      filled = 0;
    } else if (turn === counts.length - 2) yield [start, turn + 2];
    filled += pair;
  }
}

function alternates(turns: readonly Message[]): boolean {
  return turns.every(({ role }, index) => role === roleOfTurn(index));
}
