import { Command } from 'commander';
import { addBudgetOptions, type BudgetWords, budgetOf } from '../budget-options.js';
import { modelNameHelp } from '../model-names.js';
import { openModels } from '../open-models.js';
import { parseCount, parseNumber } from '../parse-number.js';
import { showProgress } from '../progress.js';
import { questionsHelp, questionsOf } from '../question-options.js';
import { printLine, type Terminal } from '../terminal.js';

interface Words extends BudgetWords {
  readonly questions: string;
  readonly output: string;
  readonly concurrency?: number;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly seed?: number;
}

/** `vicuna answers` */
export function answersCommand(terminal: Terminal): Command {
  const command = new Command('answers')
    .description('Have models answer a set of questions. Run again to go on where it stopped.')
    .argument('<models...>', modelNameHelp)
    .option('-q, --questions <file>', questionsHelp, 'vicuna')
    .option('-o, --output <file>', 'JSON Lines to which each answer is appended', 'answers.jsonl')
    .option('--concurrency <count>', 'calls at the same time, over all models', parseCount)
    .option('--max-tokens <count>', 'most tokens of a reply', parseCount)
    .option('--temperature <number>', 'one for all questions; by default it follows the category', parseNumber)
    .option('--seed <number>', 'makes answers repeatable where a model can', parseNumber);
  return addBudgetOptions(command).action((names: string[], words: Words) => answer(terminal, names, words));
}

async function answer(terminal: Terminal, names: readonly string[], words: Words): Promise<void> {
  const { generateAnswers } = await import('../../judge/index.js');
  const { signal } = terminal;
  const { concurrency, maxTokens, temperature, seed, output } = words;
  const questions = await questionsOf(words.questions);
  const budget = await budgetOf(words, names);
  await using opened = await openModels(names, { signal, concurrency, budget });
  const view = await showProgress(terminal, 'Answers');
  const run = generateAnswers(opened.models, questions, {
    store: output,
    concurrency,
    maxTokens,
    temperature,
    seed,
    signal,
    onProgress: view.update,
  });
  const { answers, reused, failures, stopped } = await run.result;
  view.done(`${answers} answers are in ${output}, ${reused} of them from before.`);
  for (const { model, questionId, error } of failures)
    printLine(terminal.errors, `No answer of ${model} to question ${questionId}: ${messageOf(error)}`);
  for (const { model, reason, unasked, error } of stopped)
    printLine(terminal.errors, `${model} was stopped (${reason}) with ${unasked} questions left: ${messageOf(error)}`);
  if (failures.length > 0 || stopped.length > 0)
    printLine(terminal.errors, 'Run the same command again to ask for what is missing.');
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
