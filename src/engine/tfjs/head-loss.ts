import type { HeadLoss, HeadLossOptions } from '../engine.js';
import type { ModelShape } from '../shape.js';
import type { HeadTensors } from './arguments.js';
import type { Tensor } from './device.js';
import type { BatchContent } from './handles.js';
import { type HeadContext, headChunk } from './head.js';
import type { Runtime } from './runtime.js';
import { type TensorScope, withTensorScope } from './tensor-scope.js';
import { TfjsVector } from './vector.js';

// T tokens, R rows of a chunk, C hidden size, V vocabulary size.

export interface HeadLossInput {
  readonly runtime: Runtime;
  readonly context: () => HeadContext;
  readonly gradient: HeadTensors | undefined;
  readonly input: TfjsVector;
  readonly batch: BatchContent;
  readonly shape: ModelShape;
  readonly options: HeadLossOptions;
}

/** Elements of a chunk's logits: 16 MB of them, a few of which are alive at a time. */
const CHUNK_ELEMENTS = 2 ** 22;

/**
 * Loss and gradients of the head over the positions that have something to predict, a chunk of them at a time: others
 * cost nothing, and all logits never exist at once.
 */
export async function headLoss(job: HeadLossInput): Promise<HeadLoss> {
  return withTensorScope(job.runtime.device, (scope) => chunkedHeadLoss(job, scope));
}

async function chunkedHeadLoss(job: HeadLossInput, scope: TensorScope): Promise<HeadLoss> {
  const { runtime, batch, shape, options } = job;
  const { kernels, device } = runtime;
  const { supervised, tokens } = batch;
  const { hiddenSize, vocabularySize } = shape;
  const wantsInputGradient = job.gradient !== undefined || options.inputGradient === true;
  const chunkRows = Math.max(1, Math.min(supervised.length, Math.floor(CHUNK_ELEMENTS / vocabularySize)));
  const tokenLosses = options.tokenLosses ? new Float32Array(tokens.length) : undefined;
  const inputGradients: Tensor[] = [];
  let lossSum = 0;
  for (let first = 0; first < supervised.length; first += chunkRows) {
    if (first > 0) await runtime.turn();
    const rows = supervised.subarray(first, Math.min(first + chunkRows, supervised.length));
    runtime.compute('loss of the head', () => {
      const input_TC = device.tf.reshape(runtime.resolve(job.input, TfjsVector).tensor, [tokens.length, hiddenSize]);
      const input_RC = kernels.gatherRows(input_TC, rows);
      const targets = rows.map((row) => batch.targets[row]!);
      const scale = wantsInputGradient ? options.gradientScale : undefined;
      const { losses_R, gradients } = headChunk(job.context(), input_RC, targets, scale, job.gradient === undefined);
      kernels.read(losses_R).forEach((loss, index) => {
        lossSum += loss;
        if (tokenLosses) tokenLosses[rows[index]!] = loss;
      });
      if (gradients === undefined) return;
      inputGradients.push(scope.hold(gradients.input_RC));
      if (job.gradient === undefined) return;
      const { head, embedding } = job.gradient;
      if (embedding === undefined) kernels.add(head, [gradients.norm_C, gradients.matrix_VC!]);
      else {
        kernels.add(head, [gradients.norm_C]);
        kernels.add(embedding, [gradients.matrix_VC!]);
      }
    });
  }
  const inputGradient =
    wantsInputGradient &&
    runtime.compute('loss of the head', () => {
      if (inputGradients.length === 0) return runtime.vector(device.tf.keep(device.tf.zeros([job.input.length])));
      const gradient_RC = inputGradients.length === 1 ? inputGradients[0]! : device.tf.concat(inputGradients, 0);
      return runtime.vector(device.tf.keep(kernels.scatterRows(supervised, gradient_RC, tokens.length)));
    });
  return {
    lossSum,
    ...(inputGradient && { inputGradient }),
    ...(tokenLosses && { tokenLosses }),
  };
}
