import { readConversations, renderExport } from './export.js';
import { pickQuestions } from './questions.js';

/** Where the demo's data lies. */
export const dataDirectory = new URL('../../examples/data/', import.meta.url);

/** Every generated file, by name, with its content. */
export async function renderFiles(): Promise<Map<string, string>> {
  const conversations = await readConversations();
  return new Map([
    ['sharegpt-html.json', oneRecordALine(renderExport(conversations))],
    ['questions.json', oneRecordALine(pickQuestions(conversations))],
  ]);
}

/** A JSON array that shows in a diff which record changed. */
function oneRecordALine(records: readonly unknown[]): string {
  return `[\n${records.map((record) => JSON.stringify(record)).join(',\n')}\n]\n`;
}
