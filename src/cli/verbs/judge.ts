import { Command, Option } from 'commander';
import { ConfigError } from '../../core/index.js';
import type { Answer, AnswerPair, JudgeMode, Question, QuestionAnswer, RunTotals } from '../../judge/index.js';
import { addBudgetOptions, type BudgetWords, budgetOf } from '../budget-options.js';
import { modelNameHelp } from '../model-names.js';
import { openModels } from '../open-models.js';
import { parseCount } from '../parse-number.js';
import { showProgress } from '../progress.js';
import { questionsHelp, questionsOf } from '../question-options.js';
import { printLine, type Terminal } from '../terminal.js';

interface Words extends BudgetWords {
  readonly judge: readonly string[];
  readonly questions: string;
  readonly references?: string;
  readonly output: string;
  readonly mode: JudgeMode;
  readonly baseline?: string;
  readonly swap: boolean;
  readonly concurrency?: number;
}

/** `vicuna judge` */
export function judgeCommand(terminal: Terminal): Command {
  const command = new Command('judge')
    .description('Have strong models judge answers. Run again to go on where it stopped.')
    .argument('<answers...>', 'files of answers, of one model or of several')
    .requiredOption('-j, --judge <models...>', `${modelNameHelp}; several are a jury`)
    .option('-q, --questions <file>', questionsHelp, 'vicuna')
    .option('--references <file>', 'answers that are known to be right, shown to the judge')
    .option('-o, --output <file>', 'JSON Lines to which each judgment is appended', 'judgments.jsonl')
    .addOption(
      new Option(
        '-m, --mode <mode>',
        'scores: two scores from 1 to 10; verdict: which is better; single: each for itself',
      )
        .choices(['scores', 'verdict', 'single'])
        .default('scores'),
    )
    .option('--baseline <model>', 'compare every other model with this one alone; by default all with all')
    .option('--no-swap', 'ask in one order only: cheaper, and blind to position bias')
    .option('--concurrency <count>', 'calls at the same time, over all judges', parseCount);
  return addBudgetOptions(command).action((files: string[], words: Words) => judge(terminal, files, words));
}

async function judge(terminal: Terminal, files: readonly string[], words: Words): Promise<void> {
  const { PairwiseJudge, readAnswers, withReferences } = await import('../../judge/index.js');
  const { signal } = terminal;
  const { mode, concurrency, output } = words;
  const asked = await questionsOf(words.questions);
  const questions = words.references === undefined ? asked : withReferences(asked, await readAnswers(words.references));
  const answers = (await Promise.all(files.map((file) => readAnswers(file)))).flat();
  const budget = await budgetOf(words, words.judge);
  await using opened = await openModels(words.judge, { signal, concurrency, budget });
  await using judging = await PairwiseJudge.create(
    { mode, swapOrder: words.swap, concurrency },
    { judges: opened.models, store: output },
  );
  const view = await showProgress(terminal, 'Judgments');
  const options = { signal, onProgress: view.update };
  const totals =
    mode === 'single'
      ? await judging.grade(singles(questions, answers), options).result
      : await judging.compare(await pairs(terminal, questions, answers, words.baseline), options).result;
  view.done(`${totals.judgments} judgments are in ${output}, ${totals.reusedJudgments} of them from before.`);
  printTotals(terminal, totals);
}

async function pairs(
  terminal: Terminal,
  questions: readonly Question[],
  answers: readonly Answer[],
  baseline: string | undefined,
): Promise<AnswerPair[]> {
  const { pairAnswers } = await import('../../judge/index.js');
  const models = [...new Set(answers.map(({ model }) => model))];
  if (baseline !== undefined && !models.includes(baseline))
    throw new ConfigError('The command line', [
      { path: '--baseline', message: `has no answers in the files. Models there: ${models.join(', ')}.` },
    ]);
  const couples = models.flatMap((a, index) =>
    baseline === undefined
      ? models.slice(index + 1).map((b) => [a, b] as const)
      : a === baseline
        ? []
        : [[a, baseline] as const],
  );
  if (couples.length === 0)
    throw new ConfigError('The command line', [
      { path: 'answers', message: `are of one model, ${models.join()}. Give a second, or --mode single.` },
    ]);
  return couples.flatMap(([a, b]) => {
    const of = (wanted: string) => answers.filter(({ model }) => model === wanted);
    const { pairs: found, missing } = pairAnswers(questions, of(a), of(b));
    if (missing.length > 0)
      printLine(
        terminal.errors,
        `${a} against ${b}: ${missing.length} answers are missing, so those questions are left out.`,
      );
    return found;
  });
}

function singles(questions: readonly Question[], answers: readonly Answer[]): QuestionAnswer[] {
  const byId = new Map(questions.map((question) => [question.id, question]));
  return answers.flatMap((answer) => {
    const question = byId.get(answer.questionId);
    return question === undefined ? [] : [{ question, answer }];
  });
}

function printTotals(terminal: Terminal, { unparsed, withInjections, missing, stopped }: RunTotals): void {
  if (unparsed > 0) printLine(terminal.errors, `${unparsed} replies could not be read; they are kept with the reason.`);
  if (withInjections > 0)
    printLine(
      terminal.errors,
      `${withInjections} judgments have an answer that speaks to the judge; the report shows them.`,
    );
  if (missing.failed > 0) {
    const causes = Object.entries(missing.causes).map(([code, times]) => `${code} (${times})`);
    printLine(terminal.errors, `${missing.failed} judgments are missing since calls failed: ${causes.join(', ')}.`);
  }
  if (stopped !== undefined)
    printLine(terminal.errors, `Stopped (${stopped}); ${missing.notAsked} judgments were not asked for.`);
  if (missing.failed > 0 || missing.notAsked > 0)
    printLine(terminal.errors, 'Run the same command again to ask for what is missing.');
}
