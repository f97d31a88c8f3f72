import { setImmediate } from 'node:timers/promises';
import { ConfigError, type Source } from '../../core/index.js';
import type { Judgment } from '../../judge/index.js';
import { agreementOf } from './agreement.js';
import { biasOf } from './bias.js';
import { compare } from './comparison.js';
import type { EvaluationSettings } from './config.js';
import { present } from './estimate.js';
import { EvaluationTables } from './evaluation-tables.js';
import type { SummarizeEvaluationOptions } from './options.js';
import type { PairTable } from './pair-table.js';
import { rateModels } from './ratings.js';
import { summarizeSingle } from './single.js';
import type { EvaluationSummary, InjectionCounts, PairSummary, SingleSummary } from './summary.js';

/** Does what the public `summarizeEvaluation` says. */
export async function* summaryOf(
  judgments: Source<Judgment>,
  settings: EvaluationSettings,
  options: SummarizeEvaluationOptions,
  signal: AbortSignal,
): AsyncGenerator<PairSummary, EvaluationSummary, undefined> {
  const tables = await readTables(judgments, { ...options, signal });
  checkAnchor(settings, tables.models.names);
  const categories = tables.categories.names;
  const pairs: PairSummary[] = [];
  for (const table of tables.pairTables()) {
    const summary = summarizePair(table, categories, settings);
    pairs.push(summary);
    yield summary;
    await breathe(signal);
  }
  const singles: SingleSummary[] = [];
  for (const table of tables.singleTables()) {
    const stream = `single/${JSON.stringify([table.model, table.judges])}`;
    singles.push(summarizeSingle(table, categories, { settings, stream }));
    await breathe(signal);
  }
  return assemble(tables, settings, pairs, singles);
}

async function readTables(
  judgments: Source<Judgment>,
  { votes = [], signal, onProgress }: SummarizeEvaluationOptions,
): Promise<EvaluationTables> {
  const tables = new EvaluationTables();
  let done = 0;
  for await (const judgment of judgments) {
    signal?.throwIfAborted();
    tables.add(judgment);
    onProgress?.({ phase: 'judgments', done: ++done });
  }
  done = 0;
  for await (const vote of votes) {
    signal?.throwIfAborted();
    tables.addVote(vote);
    onProgress?.({ phase: 'votes', done: ++done });
  }
  return tables;
}

function checkAnchor({ anchor }: EvaluationSettings, models: readonly string[]): void {
  if (anchor.model === undefined || models.includes(anchor.model)) return;
  const message = `no judgment or vote is on ${JSON.stringify(anchor.model)}; name one of ${models.join(', ')}`;
  throw new ConfigError('summarizeEvaluation config', [{ path: 'anchor.model', message }]);
}

function summarizePair(table: PairTable, categories: readonly string[], settings: EvaluationSettings): PairSummary {
  const { header, judges, rows } = table;
  const stream = `pair/${JSON.stringify([header.models.a, header.models.b, header.mode, judges])}`;
  const { comparison: overall, significance } = compare(rows, { settings, stream: `${stream}/overall` });
  const ofCategory = categories.flatMap((category, number) => {
    const own = rows.filter((row) => row.category === number);
    if (own.length === 0) return [];
    return [{ category, ...compare(own, { settings, stream: `${stream}/category ${category}` }).comparison }];
  });
  const bias = biasOf(rows, { settings, stream });
  const injections = injectionsOf(table);
  return present({ ...header, judges, overall, categories: ofCategory, significance, bias, injections });
}

function injectionsOf({ injections: { rules, ...counts } }: PairTable): InjectionCounts {
  const byRule = [...rules].map(([rule, signs]) => ({ rule, signs }));
  return { ...counts, rules: byRule.sort((x, y) => y.signs - x.signs) };
}

function assemble(
  tables: EvaluationTables,
  settings: EvaluationSettings,
  pairs: readonly PairSummary[],
  singles: readonly SingleSummary[],
): EvaluationSummary {
  const { seed, resamples, confidence } = settings;
  const models = tables.models.names;
  const { comparisons, votes } = tables;
  const ranks = tables.questionRanks();
  const votePairs = votes.pairs({ settings, stream: 'votes' });
  return present<EvaluationSummary>({
    type: 'evaluation-summary',
    version: 1,
    settings: { seed, resamples, confidence },
    counts: tables.counts,
    judges: tables.judges,
    models,
    categories: tables.categories.names,
    pairs,
    singles,
    ratings:
      comparisons.length > 0
        ? rateModels(comparisons.ranked(ranks), models, { settings, stream: 'ratings' })
        : undefined,
    agreement: agreementOf(tables.outcomes, ranks, { settings, stream: 'agreement' }),
    votes:
      votePairs.length > 0
        ? { pairs: votePairs, ratings: rateModels(votes.comparisons, models, { settings, stream: 'vote ratings' }) }
        : undefined,
  });
}

/** Lets the process do something else, such as notice an abort. */
async function breathe(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}
