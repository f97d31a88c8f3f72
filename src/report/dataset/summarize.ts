import type { Conversation, RawConversation } from '../../conversation/index.js';
import { parseConfig, type Run, type Source, startRun } from '../../core/index.js';
import { type SummarizeDatasetConfig, type SummarizeDatasetOptions, summarizeDatasetSchema } from './config.js';
import type { DatasetSummary } from './summary.js';

/**
 * Finds out what chat logs become as training data: sends them through cleaning, segmentation, supervision and the plan of
 * packing, as training would, and keeps their numbers. Texts pass by one batch at a time; what is held grows by four bytes
 * for each segment at each context length.
 *
 * ```ts
 * const summary = await summarizeDataset(readConversations('sharegpt.json'), { maxTokens: 2048 }, { tokenizer }).result;
 * console.log(summary.supervision.share, summary.contexts.at(-1)?.packedFill);
 * await datasetReport({ summary }, { output: 'dataset.html' });
 * ```
 *
 * @param records - raw logs as a reader gives them, or conversations that were cleaned earlier (with `cleaning: false`).
 * @returns a run without items. The same records and configuration give the same summary.
 * @throws ConfigError where a setting is wrong or the template's control tokens are not the tokenizer's.
 * @throws DataError with `cleaning: false`, where a record needs cleaning.
 * @public
 */
export function summarizeDataset(
  records: Source<RawConversation | Conversation>,
  config: SummarizeDatasetConfig,
  options: SummarizeDatasetOptions,
): Run<never, DatasetSummary> {
  const settings = parseConfig(summarizeDatasetSchema, config, 'summarizeDataset config');
  return startRun<never, DatasetSummary>(async function* (signal) {
    // Loaded by who summarises: most programs that import the package never do.
    const { surveyOf } = await import('./survey.js');
    return yield* surveyOf(records, settings, options, signal);
  }, options);
}
