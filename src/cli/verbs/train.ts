import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { ConfigError } from '../../core/index.js';
import type { TrainerConfig } from '../../train/index.js';
import { parseCount, parseNumber } from '../parse-number.js';
import { planTable } from '../plan-table.js';
import { printLine, type Terminal } from '../terminal.js';
import { trainView } from '../train-view.js';
import { openTrainingData, type ReadingReport } from '../training-data.js';
import { printReasons } from './clean.js';

interface Words {
  readonly model: string;
  readonly output: string;
  readonly config?: string;
  readonly clean: boolean;
  readonly skipBadRecords?: true;
  readonly plan?: boolean;
  readonly pricePerHour?: number;
  readonly epochs?: number;
  readonly maxSteps?: number;
  readonly maxTokens?: number;
  readonly batchConversations?: number;
  readonly learningRate?: number;
  readonly ranks?: number;
  readonly loraRank?: number;
  readonly holdOut?: number;
  readonly sample?: readonly string[];
  readonly tensorboard?: boolean;
  readonly resume: boolean;
}

/** `vicuna train` */
export function trainCommand(terminal: Terminal): Command {
  return new Command('train')
    .description('Fine-tune a model on conversations. Interrupted, it saves a checkpoint; run again, it goes on.')
    .argument('<data...>', 'files of conversations, of any form that vicuna clean takes, or what vicuna prepare made')
    .requiredOption('-m, --model <directory>', 'Hugging Face directory to begin with; vicuna create makes a small one')
    .requiredOption('-o, --output <directory>', 'where the trained model goes')
    .option('-c, --config <file>', 'JSON with any setting of the trainer; options given here come first')
    .option('--skip-bad-records', 'leave out damaged records instead of stopping')
    .option('--no-clean', 'take conversations as they are, without ShareGPTCleaner')
    .option('--plan', 'print what training would be and cost, and stop')
    .option('--price-per-hour <dollars>', 'for the plan', parseNumber)
    .option('--epochs <count>', 'passes over the conversations (3)', parseCount)
    .option('--max-steps <count>', 'optimizer steps instead of epochs', parseCount)
    .option('--max-tokens <count>', 'of a conversation; longer ones are cut between rounds (2048)', parseCount)
    .option('--batch-conversations <count>', 'of a step (128)', parseCount)
    .option('--learning-rate <number>', 'the highest (2e-5)', parseNumber)
    .option('--ranks <count>', 'threads among which each step is divided (1)', parseCount)
    .option('--lora-rank <rank>', 'train an adapter of this rank instead of all weights', parseCount)
    .option('--hold-out <share>', 'of the conversations, to measure the model on', parseNumber)
    .option('--sample <questions...>', 'answered after each epoch')
    .option('--tensorboard', 'also write what TensorBoard reads')
    .option('--no-resume', 'begin anew, whatever checkpoints there are')
    .action((files: string[], words: Words) => train(terminal, files, words));
}

async function train(terminal: Terminal, files: readonly string[], words: Words): Promise<void> {
  const { VicunaModel } = await import('../../model/index.js');
  const { FEW_STEPS, VicunaTrainer } = await import('../../train/index.js');
  const { signal } = terminal;
  assertOutputIsOther(words);
  const config = await configOf(words);
  await using model = await VicunaModel.load(words.model, { signal });
  const trainer = await VicunaTrainer.create(config, { model });
  const maxTokens = config.maxTokens ?? Math.min(2048, model.config.contextLength);
  const data = await openTrainingData(files, {
    model,
    modelDirectory: words.model,
    maxTokens,
    clean: words.clean,
    onBadRecord: words.skipBadRecords ? 'skip' : 'throw',
    onRead: (report) => printLeftOut(terminal, report, maxTokens),
  });
  if (words.plan) {
    const plan = await data.plan(trainer, { pricePerHour: words.pricePerHour }, { signal }).result;
    printLine(terminal.output, planTable(plan));
    return;
  }
  const view = trainView(terminal);
  // An interrupt ends the training as SIGTERM does: what the last step left is saved first.
  const save = () => void process.kill(process.pid, 'SIGTERM');
  if (config.checkpoints !== false) signal.addEventListener('abort', save, { once: true });
  try {
    const run = data.train(trainer, config.checkpoints === false ? { signal } : {});
    for await (const event of run) {
      view.show(event);
      if (event.type === 'train-start' && event.totalSteps < FEW_STEPS)
        printLine(
          terminal.errors,
          'Few steps teach little: lower --batch-conversations, or raise --epochs or --max-steps.',
        );
    }
    const { checkpoint, steps, loss } = await run.result;
    view.end();
    printLine(terminal.errors, `Trained ${steps} steps to a loss of ${loss.toFixed(3)}.`);
    printLine(terminal.output, checkpoint);
    printLine(
      terminal.errors,
      config.lora === undefined
        ? `Chat with it: vicuna chat ${checkpoint}`
        : `It is an adapter for ${words.model}: VicunaModel.mergeAdapter adds it, and so does peft.`,
    );
  } finally {
    view.end();
    signal.removeEventListener('abort', save);
  }
}

/** Nobody finds out later why a model did not learn what was left out. */
function printLeftOut(terminal: Terminal, { cleaned, segmented }: ReadingReport, maxTokens: number): void {
  if (cleaned !== undefined && cleaned.kept < cleaned.read) {
    const { kept, read, rejected } = cleaned;
    printLine(terminal.errors, `${kept} of ${read} conversations were kept (--no-clean takes them as they are).`);
    printReasons(terminal, rejected);
  }
  const { droppedRounds, rejected } = segmented;
  if (droppedRounds > 0)
    printLine(
      terminal.errors,
      `${droppedRounds} questions were left out: in ${maxTokens} tokens they leave no room for a reply.`,
    );
  printReasons(terminal, rejected);
}

/** @throws ConfigError where training would write over what it begins with. */
function assertOutputIsOther({ model, output }: Words): void {
  if (resolve(model) !== resolve(output)) return;
  throw new ConfigError('The command line', [
    { path: '--output', message: `${output} is the model to begin with, which would be lost. Name another directory.` },
  ]);
}

/** Options of the command line over those of the file. The trainer checks them. */
async function configOf(words: Words): Promise<TrainerConfig> {
  const { epochs, maxSteps, maxTokens, batchConversations, learningRate, ranks, loraRank, holdOut, sample } = words;
  const given: Partial<TrainerConfig> = {
    epochs,
    maxSteps,
    maxTokens,
    batchConversations,
    learningRate,
    ranks,
    lora: loraRank === undefined ? undefined : { rank: loraRank },
    evaluation: holdOut === undefined ? undefined : { fraction: holdOut },
    samples: sample === undefined ? undefined : { prompts: sample },
    tensorboard: words.tensorboard,
    resume: words.resume ? undefined : false,
  };
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { ...(words.config && (await readConfig(words.config))), ...known, outputDirectory: words.output };
}

async function readConfig(file: string): Promise<Partial<TrainerConfig>> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Partial<TrainerConfig>;
  } catch (error) {
    throw new ConfigError('The command line', [
      { path: '--config', message: `${file} is no JSON that can be read: ${String(error)}` },
    ]);
  }
}
