import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import type { Conversation } from '../../conversation/index.js';
import { ConfigError, type Source } from '../../core/index.js';
import type { SupervisedExample } from '../../data/index.js';
import type { VicunaModel } from '../../model/index.js';
import type { TrainerConfig } from '../../train/index.js';
import { parseCount, parseNumber } from '../parse-number.js';
import { planTable } from '../plan-table.js';
import { openPrepared } from '../prepared-data.js';
import { printLine, type Terminal } from '../terminal.js';
import { trainView } from '../train-view.js';

interface Words {
  readonly model: string;
  readonly output: string;
  readonly config?: string;
  readonly clean: boolean;
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
    .argument('<data...>', 'files of conversations (ShareGPT, ChatGPT exports, OpenAI messages), or what prepare made')
    .requiredOption('-m, --model <directory>', 'Hugging Face directory to begin with')
    .requiredOption('-o, --output <directory>', 'where the trained model goes')
    .option('-c, --config <file>', 'JSON with any setting of the trainer; options given here come first')
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
  const { VicunaTrainer } = await import('../../train/index.js');
  const { signal } = terminal;
  const config = await configOf(words);
  await using model = await VicunaModel.load(words.model, { signal });
  const trainer = await VicunaTrainer.create(config, { model });
  const maxTokens = config.maxTokens ?? Math.min(2048, model.config.contextLength);
  const data = await dataOf(words, files, maxTokens, model);
  if (words.plan) {
    const asked = { pricePerHour: words.pricePerHour };
    const plan =
      'examples' in data
        ? trainer.planExamples(data.examples, asked, { signal })
        : trainer.plan(data.conversations, asked, { signal });
    printLine(terminal.output, planTable(await plan.result));
    return;
  }
  const view = trainView(terminal);
  // An interrupt ends the training as SIGTERM does: what the last step left is saved first.
  const save = () => void process.kill(process.pid, 'SIGTERM');
  if (config.checkpoints !== false) signal.addEventListener('abort', save, { once: true });
  try {
    const options = config.checkpoints === false ? { signal } : {};
    const run =
      'examples' in data ? trainer.trainExamples(data.examples, options) : trainer.train(data.conversations, options);
    for await (const event of run) view.show(event);
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

type TrainingData = { readonly examples: Source<SupervisedExample> } | { readonly conversations: Source<Conversation> };

/** A directory that `vicuna prepare` made is trained on as it is; files are read, cleaned and cut first. */
async function dataOf(
  words: Words,
  files: readonly string[],
  maxTokens: number,
  model: VicunaModel,
): Promise<TrainingData> {
  const examples = await openPrepared(files, words.model, model);
  if (examples !== undefined) return { examples };
  const { ConversationSegmenter } = await import('../../data/index.js');
  const { template, tokenizer } = model;
  const segmenter = await ConversationSegmenter.create({ maxTokens, template }, { tokenizer });
  return { conversations: segmenter.segment(await conversationsOf(files, words.clean)) };
}

async function conversationsOf(files: readonly string[], isCleaned: boolean): Promise<AsyncIterable<Conversation>> {
  const { readConversations, toConversation } = await import('../../conversation/index.js');
  const { ShareGPTCleaner } = await import('../../data/index.js');
  const cleaner = isCleaned ? await ShareGPTCleaner.create() : undefined;
  return (async function* () {
    for (const file of files) {
      if (cleaner !== undefined) yield* cleaner.clean(readConversations(file));
      else for await (const raw of readConversations(file)) yield toConversation(raw);
    }
  })();
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
