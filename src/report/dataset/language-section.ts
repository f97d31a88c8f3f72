import { panel, section } from '../html/card.js';
import type { Draw } from '../html/charts/index.js';
import { countsFigure } from '../html/counts-figure.js';
import { type Content, html, type Markup } from '../html/markup.js';
import { count, percent } from '../html/numbers.js';
import { dataTable } from '../html/table.js';
import type { LanguageShare } from '../tally/languages.js';
import type { DatasetSummary } from './summary.js';

const mostBars = 10;

/** Which languages the conversations are in. */
export function languageSection(draw: Draw, { languages, conversations, tokens }: DatasetSummary): Markup {
  const shown = languages.slice(0, mostBars).map((of) => ({ label: nameOf(of.language), count: of.conversations }));
  const others = languages.slice(mostBars).reduce((sum, of) => sum + of.conversations, 0);
  const rows = others > 0 ? [...shown, { label: 'others', count: others }] : shown;
  const title = 'Conversations by language';
  return section('languages', 'Languages', 'Judged on the words of a whole conversation, without its code.', [
    panel(countsFigure(draw, { id: 'language-bars', title, counted: 'Conversations', rows, whole: conversations })),
    languages.length > 1 && panel(languageTable(languages, tokens.conversations.sum)),
  ]);
}

function languageTable(languages: readonly LanguageShare[], tokens: number): Content {
  return html`<h3>Tokens by language</h3>${dataTable<LanguageShare>({
    caption: 'Of the text alone, without the template.',
    columns: [
      { title: 'Language', value: ({ language }) => nameOf(language) },
      { title: 'Conversations', value: (row) => count(row.conversations), isNumber: true },
      { title: 'Tokens', value: (row) => count(row.tokens), isNumber: true },
      { title: 'Of all tokens', value: (row) => percent(row.tokens / tokens), isNumber: true },
      { title: 'Tokens a conversation', value: (row) => count(row.tokens / row.conversations), isNumber: true },
    ],
    rows: languages,
  })}`;
}

const names = new Intl.DisplayNames('en', { type: 'language' });

const nameOf = (code: string): string => (code === '' ? 'cannot be told' : (names.of(code) ?? code));
