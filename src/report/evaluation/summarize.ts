import { parseConfig, type Run, type Source, startRun } from '../../core/index.js';
import type { Judgment } from '../../judge/index.js';
import { type SummarizeEvaluationConfig, summarizeConfigSchema } from './config.js';
import type { SummarizeEvaluationOptions } from './options.js';
import type { EvaluationSummary, PairSummary } from './summary.js';

/**
 * Finds out what judgments say: totals and relative quality as in the Vicuna post of 2023, wins, biases, significance,
 * ratings and agreement, every number with a bootstrap interval over questions. Judgments may come as a stream: of each,
 * only its numbers are kept.
 *
 * Iterate the run for each pair's summary as soon as it is known, or await `result` for all of it.
 *
 * ```ts
 * const summary = await summarizeEvaluation(judgments, { seed: 1 }).result;
 * console.log(summary.pairs[0]?.overall.scores?.relativeQuality);
 * ```
 *
 * @param judgments - of any number of models and judges; one with a key that came before is left out. Their order decides
 * in which order models, categories and pairs are listed, and no number.
 * @throws ConfigError, also where the anchor is a model that nobody judged.
 * @public
 */
export function summarizeEvaluation(
  judgments: Source<Judgment>,
  config: SummarizeEvaluationConfig = {},
  options: SummarizeEvaluationOptions = {},
): Run<PairSummary, EvaluationSummary> {
  const settings = parseConfig(summarizeConfigSchema, config, 'summarizeEvaluation config');
  return startRun(async function* (signal) {
    // Loaded by who summarises: most programs that import the package never do.
    const { summaryOf } = await import('./summary-of.js');
    return yield* summaryOf(judgments, settings, options, signal);
  }, options);
}
