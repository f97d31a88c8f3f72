import type { Conversation } from '../../conversation/index.js';
import type { Resolved } from '../../core/index.js';
import type { ContaminationConfig, EvaluationText } from './config.js';
import { EvaluationIndex, type IndexedText, type SharedRun } from './evaluation-index.js';
import type { ContaminationHit } from './report.js';
import { wordsOf } from './word-list.js';

const excerptLength = 200;

/** Looks for evaluation texts in conversations, one conversation at a time. */
export class ContaminationChecker {
  readonly #index: EvaluationIndex;
  readonly #minimumCoverage: number;

  constructor(texts: Iterable<EvaluationText>, settings: Resolved<ContaminationConfig>) {
    this.#index = new EvaluationIndex(texts, settings);
    this.#minimumCoverage = settings.minimumCoverage;
  }

  get texts(): readonly IndexedText[] {
    return this.#index.texts;
  }

  get withoutWords(): readonly string[] {
    return this.texts.filter(({ words }) => words.length === 0).map(({ id }) => id);
  }

  /** One hit for each evaluation text in each message that shares words with it. */
  check({ id, messages }: Conversation): ContaminationHit[] {
    return messages.flatMap(({ content }, message) => {
      const runsOf = new Map<IndexedText, SharedRun[]>();
      for (const run of this.#index.sharedRuns(content)) {
        const runs = runsOf.get(run.item);
        if (runs === undefined) runsOf.set(run.item, [run]);
        else runs.push(run);
      }
      if (runsOf.size === 0) return [];
      const words = wordsOf(content);
      return [...runsOf].flatMap(([item, runs]): ContaminationHit[] => {
        const coverage = coverageOf(item, runs);
        if (coverage < this.#minimumCoverage) return [];
        const longest = runs.reduce((best, run) => (run.length > best.length ? run : best));
        const start = words.starts[longest.messageStart]!;
        const end = words.ends[longest.messageStart + longest.length - 1]!;
        const excerpt = content.slice(start, Math.min(end, start + excerptLength));
        return [
          {
            conversationId: id,
            evaluationId: item.id,
            part: item.part,
            message,
            start,
            end,
            words: longest.length,
            coverage,
            excerpt,
          },
        ];
      });
    });
  }
}

/** Words of the evaluation text that lie in any of the runs, each counted once. */
function coverageOf({ words }: IndexedText, runs: readonly SharedRun[]): number {
  const sorted = [...runs].sort((one, other) => one.itemStart - other.itemStart);
  let covered = 0;
  let reached = 0;
  for (const { itemStart, length } of sorted) {
    covered += Math.max(0, itemStart + length - Math.max(itemStart, reached));
    reached = Math.max(reached, itemStart + length);
  }
  return covered / words.length;
}
