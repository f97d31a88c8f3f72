import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Conversation, ReadConversationsOptions } from '../conversation/index.js';
import { type CallOptions, ConfigError, type Run } from '../core/index.js';
import type { CleanReport, PreparePlan, SegmentReport } from '../data/index.js';
import type { VicunaModel } from '../model/index.js';
import type { PlanConfig, PlanEvent, TrainEvent, TrainingPlan, TrainResult, VicunaTrainer } from '../train/index.js';

/** What `vicuna train` learns from. */
export interface TrainingData {
  train(trainer: VicunaTrainer, options: CallOptions): Run<TrainEvent, TrainResult>;
  plan(trainer: VicunaTrainer, config: PlanConfig, options: CallOptions): Run<PlanEvent, TrainingPlan>;
}

export interface TrainingDataOptions {
  readonly model: VicunaModel;
  readonly modelDirectory: string;
  /** Most tokens of a conversation. */
  readonly maxTokens: number;
  readonly onBadRecord: ReadConversationsOptions['onBadRecord'];
  /** Whether conversations go through ShareGPTCleaner. */
  readonly clean: boolean;
  /** Told what became of the conversations of files once all are read. */
  readonly onRead: (report: ReadingReport) => void;
}

/** What became of conversations on the way to the trainer. */
export interface ReadingReport {
  /** Absent where they were taken as they are. */
  readonly cleaned: CleanReport | undefined;
  readonly segmented: SegmentReport;
}

/** Files of conversations, or a directory that `vicuna prepare` made. */
export async function openTrainingData(files: readonly string[], options: TrainingDataOptions): Promise<TrainingData> {
  const { holdsShards } = await import('../data/index.js');
  const directory = files.find(holdsShards);
  if (directory === undefined) return conversationData(files, options);
  if (files.length === 1) return preparedData(directory, options);
  throw wrongData(directory, 'holds prepared data, which is trained on alone. Name it and nothing else.');
}

async function conversationData(files: readonly string[], options: TrainingDataOptions): Promise<TrainingData> {
  const { ConversationSegmenter, ShareGPTCleaner } = await import('../data/index.js');
  const { model, maxTokens, clean, onRead, onBadRecord } = options;
  const { tokenizer, template } = model;
  const segmenter = await ConversationSegmenter.create({ maxTokens, template }, { tokenizer });
  const cleaner = clean ? await ShareGPTCleaner.create() : undefined;
  let cleaned: CleanReport | undefined;
  const conversations = async function* (): AsyncGenerator<Conversation> {
    const { readConversations, toConversation } = await import('../conversation/index.js');
    const read = readConversations(files, { onBadRecord });
    if (cleaner === undefined) {
      for await (const raw of read) yield toConversation(raw);
      return;
    }
    const run = cleaner.clean(read);
    yield* run;
    cleaned = await run.result;
  };
  const segments = async function* (): AsyncGenerator<Conversation> {
    const run = segmenter.segment(conversations());
    yield* run;
    onRead({ cleaned, segmented: await run.result });
  };
  return {
    train: (trainer, call) => trainer.train(segments(), call),
    plan: (trainer, config, call) => trainer.plan(segments(), config, call),
  };
}

async function preparedData(directory: string, options: TrainingDataOptions): Promise<TrainingData> {
  const { readManifest, readPrepared } = await import('../data/index.js');
  const manifest = await readManifest(directory);
  if (manifest !== undefined) await assertPreparedFor(options, directory, manifest.plan);
  return {
    train: (trainer, call) => trainer.trainExamples(readPrepared(directory), call),
    plan: (trainer, config, call) => trainer.planExamples(readPrepared(directory), config, call),
  };
}

/** @throws ConfigError where token ids would mean something else to the model, or another template were learned. */
async function assertPreparedFor(
  { model, modelDirectory }: TrainingDataOptions,
  directory: string,
  { tokenizer, config }: PreparePlan,
): Promise<void> {
  const { canonicalJson, hashFile } = await import('../io/index.js');
  const file = join(modelDirectory, 'tokenizer.json');
  const hash = tokenizer['tokenizer.json'];
  if (hash !== undefined && existsSync(file) && hash !== (await hashFile(file)))
    throw wrongData(
      directory,
      `was prepared with another tokenizer than that of ${modelDirectory}. Run vicuna prepare with --tokenizer ${modelDirectory}, into another directory.`,
    );
  const { template } = config.segmenter as { readonly template: unknown };
  if (canonicalJson(template) !== canonicalJson(model.template))
    throw wrongData(
      directory,
      `was prepared in another template than that of ${modelDirectory}. Run vicuna prepare with --tokenizer ${modelDirectory} and no --template, into another directory.`,
    );
}

function wrongData(path: string, message: string): ConfigError {
  return new ConfigError('The command line', [{ path, message }]);
}
