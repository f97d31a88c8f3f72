import { type Card, cards, notice } from '../html/card.js';
import { html, type Markup } from '../html/markup.js';
import { compact, count, percent, plural } from '../html/numbers.js';
import type { DatasetSummary } from './summary.js';

/** The numbers that matter, as cards, and what to look into. */
export function overview(summary: DatasetSummary): Markup {
  const { cleaning, conversations, turns, tokens, supervision, contexts, settings } = summary;
  const context = contexts.find(({ maxTokens }) => maxTokens === settings.maxTokens)!;
  const { steps, segments, packedFill, microBatches } = context;
  const list: (Card | undefined)[] = [
    {
      label: 'Conversations',
      value: count(conversations),
      detail: cleaning && `of ${count(cleaning.read)} read (${percent(conversations / cleaning.read)})`,
    },
    { label: 'Turns', value: compact(turns.sum), detail: `${turns.mean.toFixed(1)} a conversation` },
    {
      label: 'Tokens to train on',
      value: compact(supervision.tokens),
      detail: `${compact(tokens.conversations.sum)} of text alone`,
    },
    {
      label: 'Supervised',
      value: percent(supervision.share),
      detail: `${compact(supervision.supervisedTokens)} tokens are learned`,
    },
    {
      label: 'Packing',
      value: percent(packedFill),
      detail: `full: ${plural(microBatches, 'micro-batch', 'micro-batches')} for ${plural(segments, 'segment')}`,
    },
    {
      label: 'Steps',
      value: count(steps * settings.epochs),
      detail: `${plural(settings.epochs, 'epoch')} of ${count(steps)}, ${count(settings.batchConversations)} segments each`,
    },
  ];
  return html`${cards(list)}${warnings(summary).map((text) => notice(text))}`;
}

function warnings({ supervision, contexts, settings, tokens }: DatasetSummary): Markup[] {
  const context = contexts.find(({ maxTokens }) => maxTokens === settings.maxTokens)!;
  const { truncatedReplies, droppedRounds } = context;
  const replies = tokens.replies.count;
  const found: Markup[] = [];
  if (truncatedReplies > 0)
    found.push(
      html`${plural(truncatedReplies, 'reply', 'replies')} of ${count(replies)} (${percent(truncatedReplies / replies)}) lost the end: with the question, it is longer than ${count(settings.maxTokens)} tokens. <code>longRound: 'split'</code> keeps it.`,
    );
  if (droppedRounds > 0)
    found.push(
      html`${plural(droppedRounds, 'question')} left no room for a reply in ${count(settings.maxTokens)} tokens, or ${droppedRounds === 1 ? 'was' : 'were'} too long with it, and ${droppedRounds === 1 ? 'is' : 'are'} left out.`,
    );
  if (supervision.withSpecialTokenText > 0)
    found.push(
      html`${plural(supervision.withSpecialTokenText, 'segment')} ${supervision.withSpecialTokenText === 1 ? 'holds' : 'hold'} the letters of a special token, such as <code>&lt;/s&gt;</code>. They are trained on as ordinary text.`,
    );
  return found;
}
