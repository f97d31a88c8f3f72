import { type BlockLayout, loraBlocks, type ModelShape } from '../../engine/index.js';
import type { TrainerSettings } from '../config.js';
import { activationRoom } from '../recompute.js';
import { slotSizes } from '../trainable/block-buffers.js';
import { zerosOptions } from '../vectors.js';
import type { PlannedMemory } from './plan.js';

// T tokens of a micro-batch, C hidden, H heads, K key heads, D head size, F feed-forward, V vocabulary.

const FLOAT = Float32Array.BYTES_PER_ELEMENT;
/** What one more thread of Node.js takes, with an engine and nothing in it. */
const THREAD_BYTES = 24 * 2 ** 20;
/** Elements of logits that engines compute at once. */
const LOGITS_AT_ONCE = 2 ** 23;
/** Operands of a product laid out anew, at most. */
const OPERAND_BYTES = 8 * 2 ** 20;

export interface MemoryQuestion {
  readonly settings: TrainerSettings;
  readonly shape: ModelShape;
  readonly blocks: readonly BlockLayout[];
  readonly worldSize: number;
  /** Whether the ranks are threads of this process. */
  readonly areThreads: boolean;
  /** Tokens of a rank's largest micro-batch. */
  readonly tokens: number;
  /** Supervised tokens of it. */
  readonly supervisedTokens: number;
  readonly microBatchesOfRank: number;
  /** Tokens of the vocabulary that occur: rows of the embedding that are learned. */
  readonly occurring: number;
  /** Bytes of one layer's activations for one token, where they were measured. */
  readonly measuredActivations: number | undefined;
  /** Resident bytes of this process, parameters included, and what it can still take. */
  readonly resident: number;
  readonly left: number | undefined;
}

/** What a rank holds, from the sizes of what training allocates. */
export function planMemory(question: MemoryQuestion): PlannedMemory {
  const { settings, shape, blocks, worldSize, areThreads, tokens: T, microBatchesOfRank } = question;
  const { lora, sharding } = settings;
  const isAlone = worldSize === 1;
  const share = isAlone || sharding !== 'full' ? 1 : 1 / worldSize;
  const momentShare = isAlone || sharding === 'none' ? 1 : 1 / worldSize;
  const base = bytesOf(blocks);
  const trained = lora === undefined ? blocks : loraBlocks(shape, lora);
  const learned = isAlone ? learnedBytes(trained, shape, question.occurring) : bytesOf(trained);
  const parameters = base * share + (lora === undefined ? 0 : bytesOf(trained) * share);
  const gradients = learned * share + (!isAlone && sharding === 'optimizer' ? learned * momentShare : 0);
  const moments = 2 * learned * momentShare;
  const inFlight = isAlone || sharding !== 'full' ? 0 : slotBytes(blocks) + slotBytes(trained);

  const ofLayer = T * (question.measuredActivations ?? activationFloats(shape) * FLOAT);
  const inputs = shape.layers * T * shape.hiddenSize * FLOAT;
  const sharers = areThreads ? worldSize : 1;
  const before = (parameters * (areThreads && !isAlone ? 1 : 0) + moments + inFlight) * sharers;
  const left = question.left === undefined ? undefined : question.left - before;
  const room = activationRoom(settings.recompute, left, worldSize);
  // The first layer is kept wherever anything is, before its size is known.
  const layersKept = room <= 0 ? 0 : Math.min(shape.layers, Math.max(1, Math.floor(room / ofLayer)));
  const keeping = (layers: number) => inputs + layers * ofLayer + (layers < shape.layers ? ofLayer : 0);
  const activations = keeping(layersKept);
  const workspace = workspaceBytes(shape, T, question.supervisedTokens);

  const headGradient = isAlone ? learnedBytes(trained.slice(-1), shape, question.occurring) : gradients;
  const atTop = activations + (microBatchesOfRank > 1 ? gradients : lora === undefined ? headGradient : 0);
  const atEnd = gradients + 3 * T * shape.hiddenSize * FLOAT;
  const peak = parameters + moments + inFlight + workspace + Math.max(atTop, atEnd);
  const process = Math.max(0, question.resident - base);
  return {
    ranks: worldSize,
    parameters,
    gradients,
    moments,
    blocksInFlight: inFlight,
    activations,
    activationsKept: keeping(shape.layers),
    activationsRecomputed: keeping(0),
    layersKept,
    workspace,
    peak,
    process,
    processPeak: process + sharers * peak + (areThreads && !isAlone ? sharers * THREAD_BYTES : 0),
    ...(question.left !== undefined && { available: question.left + question.resident }),
  };
}

function bytesOf(blocks: readonly BlockLayout[]): number {
  return FLOAT * blocks.reduce((total, { size }) => total + size, 0);
}

/** Of a gradient; of an embedding only the rows of tokens that occur are ever written. */
function learnedBytes(blocks: readonly BlockLayout[], shape: ModelShape, occurring: number): number {
  const sparse = blocks.filter((block) => zerosOptions(block, blocks).sparse);
  const rows = Math.min(occurring, shape.vocabularySize);
  return bytesOf(blocks.filter((block) => !sparse.includes(block))) + sparse.length * rows * shape.hiddenSize * FLOAT;
}

function slotBytes(blocks: readonly BlockLayout[]): number {
  return FLOAT * slotSizes(blocks).reduce((total, sizes) => total + Math.max(...sizes), 0);
}

/** What the native engine keeps of a layer for one token: queries, keys, values, attended, residual, gate and up. */
function activationFloats({ hiddenSize: C, heads: H, keyValueHeads: K, headSize: D, ffnSize: F }: ModelShape): number {
  return (H + 2 * K) * D + H * D + H + C + 2 * F;
}

function workspaceBytes(shape: ModelShape, T: number, supervisedTokens: number): number {
  const { vocabularySize: V, hiddenSize: C, heads: H, headSize: D, ffnSize: F } = shape;
  const rows = Math.min(supervisedTokens, Math.max(192, Math.floor(LOGITS_AT_ONCE / V)));
  return FLOAT * (T * Math.max(F, C, H * D) + rows * (V + 2 * C)) + OPERAND_BYTES;
}
