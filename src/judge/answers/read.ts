import { type ByteSource, JsonWriter, pathOf } from '../../io/index.js';
import { checkRecord, FirstPlaces, readRecords } from '../records.js';
import type { Answer } from '../types.js';
import { answerSchemaFor } from './schema.js';
import { isPart } from './stored-answer.js';

/** How a file of answers is read. @public */
export interface ReadAnswersOptions {
  /** Who answered, whatever the file says: tells two runs of one model apart. @defaultValue what each record says */
  readonly model?: string | undefined;
  /** Aborting rejects with `signal.reason` itself. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads answers, or reference answers: JSON Lines, or an array, of our own form (`{"questionId", "model", "turns"}`, also as
 * `generateAnswers` stores them) or of FastChat's, with `question_id`, `model_id` and either `text` (2023) or `choices`
 * (vicuna_bench, mt_bench). Of several choices the first is taken, as FastChat's judge does.
 *
 * @throws VicunaError `file-unreadable`.
 * @throws DataError naming line and field of what is no answer, and a question that one model answers twice.
 * @public
 */
export async function readAnswers(source: ByteSource, options: ReadAnswersOptions = {}): Promise<readonly Answer[]> {
  const answers: Answer[] = [];
  const places = new FirstPlaces();
  const schema = answerSchemaFor(options.model);
  for await (const { value, location } of readRecords(source, schema, 'an answer', { ...options, skip: isPart })) {
    places.add(nameOf(value), location);
    answers.push(value);
  }
  return answers;
}

/**
 * Writes answers as JSON Lines of our form. The file appears whole or not at all.
 *
 * @throws VicunaError `file-unwritable`.
 * @throws DataError for what is no answer, and for a question that one model answers twice.
 * @public
 */
export async function writeAnswers(path: string | URL, answers: Iterable<Answer>): Promise<void> {
  const writer = await JsonWriter.create(path, 'lines');
  const schema = answerSchemaFor();
  try {
    const places = new FirstPlaces();
    let line = 0;
    for (const answer of answers) {
      const location = { file: pathOf(path), line: ++line };
      const checked = checkRecord(schema, answer, 'an answer', location);
      places.add(nameOf(checked), location);
      await writer.write(checked, checked.questionId);
    }
    await writer.commit();
  } finally {
    await writer.discard();
  }
}

function nameOf({ questionId, model }: Answer): string {
  return `an answer of model ${JSON.stringify(model)} to question ${JSON.stringify(questionId)}`;
}
