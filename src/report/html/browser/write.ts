import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { html, type Markup } from '../markup.js';
import { entryOf } from './entries.js';
import type { RenderMarkdown } from './markdown.js';
import type { Material } from './material.js';
import { Names } from './names.js';
import type { BrowserIndex, Chunk, ItemRow, QuestionDetail, QuestionRow } from './payload.js';

const compress = promisify(gzip);
/** Characters of details that are packed, and later unpacked, together: a few milliseconds' worth. */
const chunkCharacters = 256 * 1024;
const excerptCharacters = 160;

/**
 * Writes what the page's browser of questions reads, as inert blocks of gzip in base64: there is no `<` in them, so no
 * text can end its block, and nothing in them is markup until the page unpacks it. Yields chunk by chunk, the index last;
 * at no time is more than a chunk of them in memory.
 *
 * @param onQuestion - called after each question with how many were written.
 */
export async function* browserData(
  material: Material,
  render: RenderMarkdown,
  onQuestion: (done: number) => void,
): AsyncGenerator<Markup, void, undefined> {
  const names = { models: new Names(), judges: new Names(), categories: new Names() };
  const questions: QuestionRow[] = [];
  const items: ItemRow[] = [];
  let details: QuestionDetail[] = [];
  let characters = 0;
  let chunk = 0;
  const pack = async () => {
    const content: Chunk = { first: questions.length - details.length, questions: details };
    const block = await packed(`chunk-${chunk++}`, content);
    details = [];
    characters = 0;
    return block;
  };
  for (const question of material.questions) {
    const places = { place: questions.length, firstItem: items.length };
    const { items: rows, detail } = entryOf(question, material, places, names, render);
    items.push(...rows);
    questions.push({
      id: question.id,
      category: names.categories.placeOf(question.category),
      excerpt: excerpt(question.turns[0] ?? ''),
      chunk,
    });
    details.push(detail);
    characters += sizeOf(detail);
    onQuestion(questions.length);
    if (characters >= chunkCharacters) yield await pack();
  }
  if (details.length > 0) yield await pack();
  const { models, judges, categories } = names;
  const index: BrowserIndex = {
    models: models.list,
    categories: categories.list,
    judges: judges.list,
    questions,
    items,
  };
  yield await packed('index', index);
}

async function packed(name: string, content: BrowserIndex | Chunk): Promise<Markup> {
  const bytes = await compress(JSON.stringify(content));
  return html`<script type="application/gzip" data-block="${name}">${bytes.toString('base64')}</script>
`;
}

/** About. */
function sizeOf({ turnsHtml, answers, judgments }: QuestionDetail): number {
  const length = (texts: readonly string[]) => texts.reduce((sum, text) => sum + text.length, 0);
  const explained = judgments.flatMap(({ replies }) =>
    replies.map(({ explanationHtml, unread }) => explanationHtml + (unread?.text ?? '')),
  );
  return length(turnsHtml) + length(explained) + answers.reduce((sum, answer) => sum + length(answer.turnsHtml), 200);
}

function excerpt(text: string): string {
  const line = text
    .slice(0, 4 * excerptCharacters)
    .replace(/\s+/g, ' ')
    .trim();
  return line.length <= excerptCharacters ? line : `${[...line].slice(0, excerptCharacters - 1).join('')}…`;
}
