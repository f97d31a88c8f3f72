import { join } from 'node:path';
import { evaluationReport, summarizeEvaluation } from '../../../src/report/index.js';
import type { Evaluation } from '../../support/evaluation.js';
import { temporaryDirectory } from '../../support/temporary.js';

/** Writes an evaluation's report where the running test may. @returns its path */
export async function writtenReport(evaluation: Evaluation, directory?: string): Promise<string> {
  const summary = await summarizeEvaluation(evaluation.judgments, { resamples: 50 }).result;
  const output = join(directory ?? (await temporaryDirectory()), 'evaluation.html');
  await evaluationReport({ summary, ...evaluation }, { output, createdAt: new Date('2026-01-02T03:04:05Z') });
  return output;
}
