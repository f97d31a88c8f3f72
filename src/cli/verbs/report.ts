import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Vote } from '../../conversation/index.js';
import type { Judgment } from '../../judge/index.js';
import { parseNumber } from '../parse-number.js';
import { showProgress } from '../progress.js';
import { questionsHelp, questionsOf } from '../question-options.js';
import { printLine, type Terminal } from '../terminal.js';

interface EvaluationWords {
  readonly questions: string;
  readonly answers?: readonly string[];
  readonly votes?: string;
  readonly baseline?: string;
  readonly output: string;
  readonly json?: string;
  readonly markdown?: string;
  readonly seed?: number;
  readonly title?: string;
}

interface TrainingWords {
  readonly output: string;
  readonly title?: string;
}

interface DatasetWords {
  readonly tokenizer: string;
  readonly maxTokens?: number;
  readonly cleaning: boolean;
  readonly output: string;
  readonly json?: string;
  readonly title?: string;
}

/** `vicuna report` */
export function reportCommand(terminal: Terminal): Command {
  const evaluation = new Command('evaluation')
    .description('What judgments come to: scores, wins, ratings, biases, and every question to read.')
    .argument('<judgments...>', 'files of judgments')
    .option('-q, --questions <file>', questionsHelp, 'vicuna')
    .option('-a, --answers <files...>', 'the answers that were judged, to be shown')
    .option('--votes <file>', "people's votes, of the chat page")
    .option('--baseline <model>', 'the model that the others are measured by')
    .option('-o, --output <file>', 'the HTML file', 'evaluation.html')
    .option('--json <file>', 'also all figures as JSON')
    .option('--markdown <file>', 'also a table for a pull request; - prints it')
    .option('--seed <number>', 'of the resamples behind the intervals', parseNumber)
    .option('--title <text>')
    .action((files: string[], words: EvaluationWords) => reportEvaluation(terminal, files, words));
  const training = new Command('training')
    .description('How a training went, from its event log.')
    .argument('<log>', "the trainer's events.jsonl")
    .option('-o, --output <file>', 'the HTML file', 'training.html')
    .option('--title <text>')
    .action((log: string, words: TrainingWords) => reportTraining(terminal, log, words));
  const dataset = new Command('dataset')
    .description('What chat logs become as training data: turns, tokens, languages, what is left out, packing.')
    .argument('<logs...>', 'chat logs or conversations, in any form that is read')
    .requiredOption('-t, --tokenizer <path>', 'of the model to train: its directory, or a tokenizer.json')
    .option('--max-tokens <number>', 'most tokens of a segment', parseNumber, 2048)
    .option('--no-cleaning', 'take every conversation as it is')
    .option('-o, --output <file>', 'the HTML file', 'dataset.html')
    .option('--json <file>', 'also all figures as JSON')
    .option('--title <text>')
    .action((files: string[], words: DatasetWords) => reportDataset(terminal, files, words));
  return new Command('report')
    .description('One HTML file to look at.')
    .addCommand(evaluation)
    .addCommand(training)
    .addCommand(dataset);
}

async function reportEvaluation(terminal: Terminal, files: readonly string[], words: EvaluationWords): Promise<void> {
  const { readAnswers } = await import('../../judge/index.js');
  const { evaluationMarkdown, evaluationReport, readVotes, summarizeEvaluation } = await import(
    '../../report/index.js'
  );
  const { signal } = terminal;
  const { baseline, seed, title, output } = words;
  const votes: AsyncIterable<Vote> | undefined =
    words.votes === undefined ? undefined : readVotes(words.votes, { signal });
  const summary = await summarizeEvaluation(judgmentsOf(files), { seed }, { signal, votes }).result;
  const answers = (await Promise.all((words.answers ?? []).map((file) => readAnswers(file)))).flat();
  const questions = await questionsOf(words.questions);
  const input = { summary, questions, answers, judgments: judgmentsOf(files) };
  const file = await evaluationReport(input, { output, title, baseline }, { signal });
  printLine(terminal.output, `${file.path} (${(file.bytes / 1e6).toFixed(1)} MB)`);
  if (words.json !== undefined) await writeFile(words.json, `${JSON.stringify(summary, null, 2)}\n`);
  if (words.markdown === '-') printLine(terminal.output, evaluationMarkdown(summary));
  else if (words.markdown !== undefined) await writeFile(words.markdown, `${evaluationMarkdown(summary)}\n`);
}

async function* judgmentsOf(files: readonly string[]): AsyncGenerator<Judgment, void, undefined> {
  const { readJudgments } = await import('../../judge/index.js');
  for (const file of files) yield* readJudgments(file);
}

async function reportTraining(terminal: Terminal, log: string, { output, title }: TrainingWords): Promise<void> {
  const { trainingReport } = await import('../../report/index.js');
  const file = await trainingReport(log, { output, title }, { signal: terminal.signal });
  printLine(terminal.output, `${file.path} (${(file.bytes / 1e6).toFixed(1)} MB)`);
}

async function reportDataset(terminal: Terminal, files: readonly string[], words: DatasetWords): Promise<void> {
  const { readConversations } = await import('../../conversation/index.js');
  const { datasetReport, summarizeDataset } = await import('../../report/index.js');
  const { loadTokenizer } = await import('../../tokenizer/index.js');
  const { signal } = terminal;
  const { maxTokens, output, title } = words;
  const tokenizer = await loadTokenizer(words.tokenizer);
  const reading = readConversations(files, { onBadRecord: 'skip', signal });
  const view = await showProgress(terminal, 'Conversations');
  const config = { maxTokens, ...(!words.cleaning && { cleaning: false as const }) };
  const options = { tokenizer, signal, onProgress: view.update };
  const summary = await summarizeDataset(reading, config, options).result;
  view.done(`${summary.conversations} conversations, ${(await reading.result).skipped} unreadable records left out`);
  const file = await datasetReport({ summary }, { output, title }, { signal });
  printLine(terminal.output, `${file.path} (${(file.bytes / 1e6).toFixed(1)} MB)`);
  if (words.json !== undefined) await writeFile(words.json, `${JSON.stringify(summary, null, 2)}\n`);
}
