import { panel, section } from '../html/card.js';
import type { Draw } from '../html/charts/index.js';
import { columnsFigure, distributionFigure } from '../html/distribution-figure.js';
import { html, type Markup } from '../html/markup.js';
import { count, percent } from '../html/numbers.js';
import type { DatasetSummary } from './summary.js';

/** How long things are, and how much of a segment is learned. */
export function lengthSection(draw: Draw, { turns, tokens, supervision, settings }: DatasetSummary): Markup {
  const figures = [
    distributionFigure(draw, { id: 'turns', title: 'Turns of a conversation', counted: 'Conversations' }, turns),
    distributionFigure(
      draw,
      { id: 'conversation-tokens', title: 'Tokens of a conversation', counted: 'Conversations' },
      tokens.conversations,
    ),
    distributionFigure(
      draw,
      { id: 'segment-tokens', title: 'Tokens of a segment', counted: 'Segments' },
      tokens.segments,
    ),
    distributionFigure(
      draw,
      { id: 'question-tokens', title: 'Tokens of a question', counted: 'Questions' },
      tokens.questions,
    ),
    distributionFigure(draw, { id: 'reply-tokens', title: 'Tokens of a reply', counted: 'Replies' }, tokens.replies),
    supervisedFigure(draw, supervision),
  ];
  const lead = `Columns stand for the ranges between powers of two, and carry the end of theirs. A segment is what training reads at once: whole rounds, at most ${count(settings.maxTokens)} tokens with the template.`;
  return section(
    'lengths',
    'Turns and tokens',
    lead,
    html`<div class="small-multiples">${figures.map((figure) => panel(figure))}</div>`,
  );
}

function supervisedFigure(draw: Draw, { share, shares, examples }: DatasetSummary['supervision']): Markup {
  const columns = shares.map((value, index) => ({
    label: `${10 * (index + 1)}%`,
    range: index === 0 ? 'up to 10%' : `over ${10 * index}% to ${10 * (index + 1)}%`,
    value,
  }));
  const caption = `Learned are replies and their ends: ${percent(share)} of all tokens.`;
  const text = { id: 'supervised-shares', title: 'Supervised share of a segment', counted: 'Segments' };
  return columnsFigure(draw, text, caption, examples, columns);
}
