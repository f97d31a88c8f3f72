import type { SampleEvent } from '../../train/index.js';
import { panel, section } from '../html/card.js';
import { html, type Markup } from '../html/markup.js';
import { count } from '../html/numbers.js';
import { dataTable } from '../html/table.js';
import type { TrainingHistory } from './history.js';

/** Of each question: how it went from the first answer to the last. */
const mostAnswers = 12;

/** What the model answered while it learned, a table for each question. */
export function samplesSection({ samples }: TrainingHistory): Markup {
  const byPrompt = new Map<number, SampleEvent[]>();
  for (const sample of samples) {
    const of = byPrompt.get(sample.index);
    if (of === undefined) byPrompt.set(sample.index, [sample]);
    else of.push(sample);
  }
  return section(
    'samples',
    'Samples',
    'What the model answered while it learned.',
    [...byPrompt.values()].map((answers) =>
      panel(
        dataTable<SampleEvent>({
          caption: answers[0]!.prompt.at(-1)!.content,
          columns: [
            { title: 'Step', value: ({ step }) => count(step) },
            {
              title: 'Reply',
              value: ({ reply, finishReason }) =>
                html`<span class="as-written">${reply}</span>${finishReason === 'length' && html`<small> (cut off)</small>`}`,
            },
          ],
          rows: spread(answers),
        }),
      ),
    ),
  );
}

/** The first, the last, and some between at even distances. */
function spread<Item>(items: readonly Item[]): readonly Item[] {
  if (items.length <= mostAnswers) return items;
  const last = items.length - 1;
  return Array.from({ length: mostAnswers }, (_, place) => items[Math.round((place * last) / (mostAnswers - 1))]!);
}
