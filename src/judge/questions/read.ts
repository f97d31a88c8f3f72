import { DataError } from '../../core/index.js';
import { type ByteSource, JsonWriter, pathOf } from '../../io/index.js';
import { checkRecord, FirstPlaces, readRecords } from '../records.js';
import type { Question } from '../types.js';
import { questionSchema } from './schema.js';

/**
 * Reads a question set: JSON Lines, or an array, of our own form (`{"id", "category", "turns", "reference", "tags"}`) or
 * of FastChat's, with `question_id` and either `text` (2023) or `turns` (vicuna_bench, mt_bench). Ids may be numbers.
 *
 * @throws VicunaError `file-unreadable`.
 * @throws DataError naming line and field of what is no question, an id that comes twice, and a file without any.
 * @public
 */
export async function readQuestions(
  source: ByteSource,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<readonly Question[]> {
  const questions: Question[] = [];
  const places = new FirstPlaces();
  for await (const { value, location } of readRecords(source, questionSchema, 'a question', options)) {
    places.add(`question ${JSON.stringify(value.id)}`, location);
    questions.push(value);
  }
  if (questions.length > 0) return questions;
  const file = typeof source === 'string' || source instanceof URL ? pathOf(source) : '(stream)';
  throw new DataError({ file }, 'there is no question in it.');
}

/**
 * Writes a question set as JSON Lines of our form. The file appears whole or not at all.
 *
 * @throws VicunaError `file-unwritable`.
 * @throws DataError for what is no question, and for an id that comes twice.
 * @public
 */
export async function writeQuestions(path: string | URL, questions: Iterable<Question>): Promise<void> {
  const writer = await JsonWriter.create(path, 'lines');
  try {
    const places = new FirstPlaces();
    let line = 0;
    for (const question of questions) {
      const location = { file: pathOf(path), line: ++line };
      const checked = checkRecord(questionSchema, question, 'a question', location);
      places.add(`question ${JSON.stringify(checked.id)}`, location);
      await writer.write(checked, checked.id);
    }
    await writer.commit();
  } finally {
    await writer.discard();
  }
}
