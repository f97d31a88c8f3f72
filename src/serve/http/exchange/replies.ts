import type { DrawnToken, Generation, TextDelta } from '../../../conversation/index.js';
import type { Run } from '../../../core/index.js';
import { mergeRuns } from '../responses/merge.js';
import type { Exchange } from './exchange.js';

export type ReplyRun = Run<TextDelta, Generation>;

/** A whole reply. */
export interface Reply {
  readonly generation: Generation;
  readonly tokens: readonly DrawnToken[];
}

/** What the replies of an exchange do, told to the exchange as it happens. */
export async function* replyEvents(exchange: Exchange, runs: readonly ReplyRun[]) {
  for await (const event of mergeRuns(runs)) {
    if (event.type === 'item') exchange.piece();
    yield event;
  }
}

/** All replies, whole, in their order. */
export async function wholeReplies(exchange: Exchange, runs: readonly ReplyRun[]): Promise<Reply[]> {
  const tokens = runs.map((): DrawnToken[] => []);
  const generations: Generation[] = [];
  for await (const event of replyEvents(exchange, runs))
    if (event.type === 'item') tokens[event.index]!.push(...(event.item.tokens ?? []));
    else generations[event.index] = event.result;
  return generations.map((generation, index) => ({ generation, tokens: tokens[index]! }));
}
