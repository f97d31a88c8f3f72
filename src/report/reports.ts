import type { CallOptions, Source } from '../core/index.js';
import type { TrainEvent } from '../train/index.js';
import type { CleaningReportConfig, CleaningReportInput } from './cleaning/report.js';
import type { DatasetReportConfig, DatasetReportInput } from './dataset/index.js';
import type { EvaluationReportConfig, EvaluationReportInput } from './html/evaluation/report.js';
import type { ReportFile } from './html/report-config.js';
import type { TrainingReportConfig, TrainingReportOptions } from './training/report.js';

// What writes reports is loaded when one is written: most programs that import the package never do.

/**
 * Writes one HTML file that shows an evaluation: relative quality, wins, ties and losses overall and by category, ratings,
 * what biased the judges and how far they agree, each with its interval; and every question with its answers and verdicts,
 * to be searched, filtered and linked to. It opens from disk, loads nothing and needs no network. Questions, answers and
 * verdicts are untrusted: whatever is in them is shown, and nothing in them runs.
 *
 * @throws ConfigError where a setting is wrong.
 * @throws VicunaError `file-unwritable`.
 * @example
 * ```ts
 * await evaluationReport({ summary, questions, answers, judgments }, { output: 'evaluation.html', baseline: 'gpt-3.5' });
 * ```
 *
 * @public
 */
export async function evaluationReport(
  input: EvaluationReportInput,
  config: EvaluationReportConfig,
  options: CallOptions = {},
): Promise<ReportFile> {
  const { writeEvaluationReport } = await import('./html/evaluation/report.js');
  return writeEvaluationReport(input, config, options);
}

/**
 * Writes one HTML file that shows how a training went: loss, held-out loss, gradient norm, learning rate and speed over
 * its steps, checkpoints, resumes and what went wrong. It opens from disk, loads nothing and needs no network.
 *
 * @param events - the log that {@link VicunaTrainer} writes (`events.jsonl` in its output directory), or its events. A log
 *   that is damaged, torn at its end or still being written is read as far as it can be.
 * @throws ConfigError where a setting is wrong.
 * @throws VicunaError `file-unreadable`, `file-unwritable`.
 * @example
 * ```ts
 * await trainingReport('out/events.jsonl', { output: 'training.html' });
 * ```
 *
 * @public
 */
export async function trainingReport(
  events: string | URL | Source<TrainEvent>,
  config: TrainingReportConfig,
  options: TrainingReportOptions = {},
): Promise<ReportFile> {
  const { writeTrainingReport } = await import('./training/report.js');
  return writeTrainingReport(events, config, options);
}

/**
 * Writes one HTML file that shows what became of chat logs: how many were kept, why the others were left out, with
 * examples, and what the kept ones are like. It opens from disk, loads nothing and needs no network.
 *
 * @throws ConfigError where a setting is wrong.
 * @throws VicunaError `file-unwritable`.
 * @example
 * ```ts
 * const rejects: Reject[] = [];
 * const run = cleaner.clean(records, { onReject: (reject) => rejects.push(reject) });
 * await cleaningReport({ report: await run.result, rejects }, { output: 'cleaning.html' });
 * ```
 *
 * @public
 */
export async function cleaningReport(
  input: CleaningReportInput,
  config: CleaningReportConfig,
  options: CallOptions = {},
): Promise<ReportFile> {
  const { writeCleaningReport } = await import('./cleaning/report.js');
  return writeCleaningReport(input, config, options);
}

/**
 * Writes one HTML file that shows what chat logs become as training data: turns, tokens, languages, what was left out and
 * why, with examples, how much is learned, how well it packs at several lengths of context, and how many steps it makes.
 * It opens from disk, loads nothing and needs no network; texts in it are shown, and nothing in them runs.
 *
 * {@link cleaningReport} is for a cleaning whose report is at hand; this one goes on to what the model will see.
 *
 * @throws ConfigError where a setting is wrong.
 * @throws VicunaError `file-unwritable`.
 * @example
 * ```ts
 * const summary = await summarizeDataset(readConversations('sharegpt.json'), {}, { tokenizer }).result;
 * await datasetReport({ summary }, { output: 'dataset.html' });
 * ```
 *
 * @public
 */
export async function datasetReport(
  input: DatasetReportInput,
  config: DatasetReportConfig,
  options: CallOptions = {},
): Promise<ReportFile> {
  const { writeDatasetReport } = await import('./dataset/report.js');
  return writeDatasetReport(input, config, options);
}
