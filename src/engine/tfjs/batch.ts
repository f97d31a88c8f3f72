import { assertBatch, IGNORED_LABEL, nextTokenTargets, type PackedBatch, sequenceIds } from '../batch.js';
import { planPackedAttention } from './attention-plan.js';
import type { BatchContent } from './handles.js';
import type { Runtime } from './runtime.js';
import { uploadRope } from './upload.js';

/**
 * Brings a packed batch to the device, with what every layer needs of it.
 *
 * @throws VicunaError `engine-failed` when the batch is not well formed.
 */
export function prepareBatch(
  { device, kernels }: Runtime,
  batch: PackedBatch,
  vocabularySize: number,
  frequencies: Float32Array,
): BatchContent {
  assertBatch(batch, vocabularySize);
  const targets = nextTokenTargets(batch);
  const positions = positionsOf(batch);
  const rope = uploadRope(device, frequencies, positions);
  for (const tensor of Object.values(rope)) device.tf.keep(tensor);
  return {
    tokens: batch.tokens.slice(),
    targets,
    supervised: Int32Array.from(targets.keys()).filter((position) => targets[position] !== IGNORED_LABEL),
    attention: planPackedAttention(batch.sequenceStarts, kernels.tileSizes),
    rope,
    places: { positions, sequenceIds: idsOf(batch) },
  };
}

/** The number of every token's sequence. */
function idsOf(batch: PackedBatch): Int32Array {
  const ids = new Int32Array(batch.tokens.length);
  sequenceIds(batch).forEach((id, sequence) => {
    ids.fill(id, batch.sequenceStarts[sequence]!, batch.sequenceStarts[sequence + 1]!);
  });
  return ids;
}

/** Every token's place in its own sequence. */
function positionsOf({ tokens, sequenceStarts }: PackedBatch): Int32Array {
  const positions = new Int32Array(tokens.length);
  for (let sequence = 0; sequence + 1 < sequenceStarts.length; sequence++) {
    const start = sequenceStarts[sequence]!;
    for (let token = start; token < sequenceStarts[sequence + 1]!; token++) positions[token] = token - start;
  }
  return positions;
}
