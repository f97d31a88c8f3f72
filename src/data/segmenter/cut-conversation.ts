import type { Conversation, Message, PromptTemplate } from '../../conversation/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import type { ResolvedSegmenterConfig } from './config.js';
import { type CountedSegment, fitBeginning, fitInParts } from './long-round.js';
import { SegmentMeasure } from './measure.js';
import { emptyTally, type SegmentTally } from './report.js';
import { type Round, toRounds } from './rounds.js';

/** The segments of one conversation, each with its tokens, and what it adds to the report. */
export interface Cut {
  readonly segments: readonly CountedSegment[];
  readonly tally: SegmentTally;
}

/** Cuts a conversation greedily: every segment takes as many whole rounds as fit. */
export async function cutConversation(
  conversation: Conversation,
  config: ResolvedSegmenterConfig,
  tokenizer: Tokenizer,
): Promise<Cut> {
  const tally = { ...emptyTally(), conversations: 1 };
  const parsed = toRounds(conversation);
  if (typeof parsed === 'string') {
    tally.rejected[parsed]++;
    return { segments: [], tally };
  }
  const { rounds, system, unanswered } = parsed;
  tally.rounds = rounds.length;
  tally.unansweredTurns = unanswered;
  const answered = {
    ...conversation,
    messages: unanswered > 0 ? conversation.messages.slice(0, -1) : conversation.messages,
  };
  const cutter = new Cutter(answered, system, rounds, config, tokenizer);
  const segments: CountedSegment[] = [];
  const keep = ({ segment, tokens }: CountedSegment) => {
    segments.push({ segment, tokens });
    tally.segments++;
    tally.tokens += tokens;
  };
  for (let start = 0; start < rounds.length; ) {
    const filled = await cutter.fill(start);
    if (filled !== undefined) {
      keep(filled);
      start = filled.end;
    } else {
      for (const part of await cutter.longRound(start, tally)) keep(part);
      start++;
    }
  }
  return { segments, tally };
}

class Cutter {
  readonly #conversation: Conversation;
  readonly #system: Message | undefined;
  readonly #rounds: readonly Round[];
  readonly #config: ResolvedSegmenterConfig;
  readonly #tokenizer: Tokenizer;
  readonly #measure: SegmentMeasure;
  #following: readonly number[] | undefined;

  constructor(
    conversation: Conversation,
    system: Message | undefined,
    rounds: readonly Round[],
    config: ResolvedSegmenterConfig,
    tokenizer: Tokenizer,
  ) {
    this.#conversation = conversation;
    this.#system = system;
    this.#rounds = rounds;
    this.#config = config;
    this.#tokenizer = tokenizer;
    this.#measure = new SegmentMeasure(config.template, tokenizer);
  }

  /** The most rounds from `start` on that fit; `undefined` where not even the first does. */
  async fill(start: number): Promise<(CountedSegment & { readonly end: number }) | undefined> {
    const { maxTokens } = this.#config;
    let end = start + 1;
    let tokens = await this.#measure.tokens(this.#segment(start, end));
    if (tokens > maxTokens) return undefined;
    this.#following ??= await this.#measure.tokensWhereFollowing(this.#conversation);
    while (end < this.#rounds.length && tokens + this.#following[end]! <= maxTokens) tokens += this.#following[end++]!;
    if (!this.#measure.addsUp(this.#conversation)) [end, tokens] = await this.#correct(start, end);
    return { segment: this.#segment(start, end), tokens, end };
  }

  /** Where counts do not add up, counts whole segments around the place where they seemed to be full. */
  async #correct(start: number, guess: number): Promise<[end: number, tokens: number]> {
    const count = (end: number) => this.#measure.tokens(this.#segment(start, end));
    let end = guess;
    let tokens = await count(end);
    while (tokens > this.#config.maxTokens && end > start + 1) tokens = await count(--end);
    while (end < this.#rounds.length) {
      const more = await count(end + 1);
      if (more > this.#config.maxTokens) break;
      tokens = more;
      end++;
    }
    return [end, tokens];
  }

  /** What the policy makes of a round that is too long for a segment of its own. */
  async longRound(index: number, tally: SegmentTally): Promise<readonly CountedSegment[]> {
    const { reply } = this.#rounds[index]!;
    const fitting = { ...this.#context, withReply: this.#withReply(index) };
    if (this.#config.longRound === 'split') {
      const parts = await fitInParts(reply.content, fitting);
      if (parts !== undefined) {
        tally.splitReplies++;
        return parts.map(({ segment, tokens }, part) => ({
          segment: part === 0 ? segment : { ...segment, id: `${segment.id}_${part}` },
          tokens,
        }));
      }
    }
    if (this.#config.longRound !== 'drop') {
      const beginning = await fitBeginning(reply.content, fitting);
      if (beginning !== undefined) {
        tally.truncatedReplies++;
        return [beginning];
      }
    }
    tally.droppedRounds++;
    return [];
  }

  get #context(): { maxTokens: number; template: PromptTemplate; tokenizer: Tokenizer } {
    return { maxTokens: this.#config.maxTokens, template: this.#config.template, tokenizer: this.#tokenizer };
  }

  #withReply(index: number): (content: string, unfinished: boolean) => Conversation {
    const { unfinished: endsUnfinished, ...segment } = this.#segment(index, index + 1);
    return (content, unfinished) => ({
      ...segment,
      messages: [...segment.messages.slice(0, -1), { role: 'assistant', content }],
      ...((unfinished || endsUnfinished) && { unfinished: true }),
    });
  }

  #segment(start: number, end: number): Conversation {
    const { unfinished, ...conversation } = this.#conversation;
    const rounds = this.#rounds.slice(start, end);
    return {
      ...conversation,
      id: `${conversation.id}_${rounds[0]!.startTurn}`,
      segmentOf: conversation.segmentOf ?? conversation.id,
      messages: [
        ...(this.#system === undefined ? [] : [this.#system]),
        ...rounds.flatMap(({ user, reply }) => [user, reply]),
      ],
      ...(unfinished && end === this.#rounds.length && { unfinished }),
    };
  }
}
