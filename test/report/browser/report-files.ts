import { join } from 'node:path';
import { datasetReport, evaluationReport, summarizeDataset, summarizeEvaluation } from '../../../src/report/index.js';
import { byteTokenizer } from '../../../src/testing/index.js';
import type { Evaluation } from '../../support/evaluation.js';
import { temporaryDirectory } from '../../support/temporary.js';

/** Writes an evaluation's report where the running test may. @returns its path */
export async function writtenReport(evaluation: Evaluation, directory?: string): Promise<string> {
  const summary = await summarizeEvaluation(evaluation.judgments, { resamples: 50 }).result;
  const output = join(directory ?? (await temporaryDirectory()), 'evaluation.html');
  await evaluationReport({ summary, ...evaluation }, { output, createdAt: new Date('2026-01-02T03:04:05Z') });
  return output;
}

/** Writes the report of a small data set in which every text is the one given. @returns its path */
export async function writtenDatasetReport(text: string): Promise<string> {
  const raw = (id: string, ...values: string[]) => ({
    id: `${id} ${text}`,
    turns: values.map((value, index) => ({ from: index % 2 === 0 ? 'human' : 'gpt', value })),
    location: { file: `${text}.json`, line: 3 },
  });
  const records = [
    ...Array.from({ length: 9 }, (_, number) => raw(`kept-${number}`, `Hello ${text}`, `${text} and so on, ${number}`)),
    raw('blocked', text, `${text} ChatGPT`),
    raw('short', text),
    {
      ...raw('speakers', text),
      turns: [
        { from: 'human', value: text },
        { from: text, value: text },
      ],
    },
  ];
  const config = { maxTokens: 1000, contextLengths: [500, 4000] };
  const summary = await summarizeDataset(records, config, { tokenizer: byteTokenizer() }).result;
  const output = join(await temporaryDirectory(), 'dataset.html');
  await datasetReport(
    { summary, personalData: { email: 12, [text]: 3 } },
    { output, createdAt: new Date('2026-01-02T03:04:05Z') },
  );
  return output;
}
