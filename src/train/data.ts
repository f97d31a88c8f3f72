import { type CallOptions, Random, type Source, VicunaError } from '../core/index.js';
import { ExampleStore, PackedDataset, type SupervisedExample } from '../data/index.js';
import { IGNORED_LABEL } from '../engine/index.js';
import type { TrainerSettings } from './config.js';

/** What a run learns from and what it is measured on. */
export interface TrainingData extends AsyncDisposable {
  readonly training: PackedDataset;
  readonly heldOut: PackedDataset | undefined;
  /** Examples left out because nothing in them is to be learned. */
  readonly unsupervised: number;
}

export interface CollectOptions extends CallOptions {
  /** Of the model that is to learn them. */
  readonly vocabularySize: number;
}

/** Reads the examples to their end and lays them out. */
export async function collectTrainingData(
  examples: Source<SupervisedExample>,
  settings: TrainerSettings,
  { vocabularySize, signal, onProgress }: CollectOptions,
): Promise<TrainingData> {
  const training = await ExampleStore.create();
  const heldOut = await ExampleStore.create();
  const dispose = async () => {
    await training[Symbol.asyncDispose]();
    await heldOut[Symbol.asyncDispose]();
  };
  const { evaluation } = settings;
  let unsupervised = 0;
  try {
    for await (const example of examples) {
      signal?.throwIfAborted();
      assertFits(example, settings.maxTokens, vocabularySize);
      const store = isHeldOut(example.segmentOf ?? example.id, evaluation.fraction) ? heldOut : training;
      if (isSupervised(example)) await store.add(example);
      else unsupervised++;
      onProgress?.({ phase: 'prepare', done: training.size + heldOut.size + unsupervised });
    }
    assertSizes(training, heldOut, unsupervised, settings);
    return {
      training: await PackedDataset.create(packing(settings), { store: training }),
      heldOut: heldOut.size === 0 ? undefined : await packForEvaluation(heldOut, settings),
      unsupervised,
      [Symbol.asyncDispose]: dispose,
    };
  } catch (error) {
    await dispose();
    throw error;
  }
}

/**
 * Depends on the conversation's id alone: its segments stay together, and adding, removing or reordering conversations
 * moves no other to the other side.
 */
export function isHeldOut(id: string, fraction: number): boolean {
  return Random.fromSeed(0, `held-out/${id}`).uniform() < fraction;
}

function packing({ microBatchTokens, batchConversations, batchTokens, shuffle, seed }: TrainerSettings) {
  return { microBatchTokens, batchConversations, batchTokens, shuffle, seed };
}

function packForEvaluation(store: ExampleStore, { microBatchTokens }: TrainerSettings): Promise<PackedDataset> {
  return PackedDataset.create({ microBatchTokens, batchTokens: microBatchTokens, shuffle: false }, { store });
}

/** The first label is never a target. */
function isSupervised({ labels }: SupervisedExample): boolean {
  return labels.some((label, index) => index > 0 && label !== IGNORED_LABEL);
}

function assertFits({ id, tokens }: SupervisedExample, maxTokens: number, vocabularySize: number): void {
  const fail = (problem: string): never => {
    throw new VicunaError('data-malformed', `Conversation ${JSON.stringify(id)} ${problem}`);
  };
  if (tokens.length > maxTokens)
    fail(
      `has ${tokens.length} tokens, more than maxTokens (${maxTokens}). ` +
        'Cut conversations with ConversationSegmenter first, or raise maxTokens.',
    );
  const unknown = tokens.find((token) => token >= vocabularySize);
  if (unknown !== undefined)
    fail(
      `has the token ${unknown}, but the model knows ${vocabularySize} tokens. ` +
        'Tokenise with the tokenizer that belongs to the model.',
    );
}

function assertSizes(training: ExampleStore, heldOut: ExampleStore, unsupervised: number, settings: TrainerSettings) {
  if (training.size === 0)
    throw new VicunaError(
      'data-malformed',
      `There is nothing to train on: of ${heldOut.size + unsupervised} conversations, ${heldOut.size} are held out for ` +
        `evaluation and ${unsupervised} have no reply to learn. Check the source of the conversations.`,
    );
  if (settings.evaluation.fraction > 0 && heldOut.size === 0)
    throw new VicunaError(
      'data-malformed',
      `evaluation.fraction ${settings.evaluation.fraction} holds out none of the ${training.size} conversations. ` +
        'Raise it, or leave it out.',
    );
}
