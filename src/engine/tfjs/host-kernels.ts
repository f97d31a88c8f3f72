import type { Visibility } from './attention-plan.js';
import type { Device, Tensor } from './device.js';
import * as exponentials from './host-exponentials.js';
import * as loops from './host-loops.js';
import type { HostMemory } from './host-memory.js';
import { Kernels, type RopeTensors, type SoftmaxBackward, type SoftmaxStep } from './kernels.js';
import type { AdamWTensors } from './optimizer.js';
import type { TfjsVector } from './vector.js';

// T tokens, C columns, N heads, D head size, E = N * D.

/**
 * Kernels for backends whose memory JavaScript shares. Moving numbers about and updating them in place is done here in
 * loops: the library has no update in place, copies a whole tensor to take a slice of it, and is up to ten times slower
 * at transposing, gathering and summing columns.
 */
export class HostKernels extends Kernels {
  protected readonly memory: HostMemory;

  constructor(device: Device, memory: HostMemory) {
    super(device);
    this.memory = memory;
  }

  /** One, since it is the library's loops over batches of matrices that are slow. */
  override headsAtOnce(): number {
    return 1;
  }

  override softmaxStep(
    scores_NRU: Tensor,
    visibility: Visibility | undefined,
    maximum_NR1: Tensor | undefined,
  ): SoftmaxStep {
    const [keyHeads, rows, keys] = scores_NRU.shape as [number, number, number];
    const [maximum, sum_NR1] = [this.memory.make([keyHeads, rows, 1]), this.memory.make([keyHeads, rows, 1])];
    const { view } = this.memory;
    exponentials.softmaxRows(
      view(scores_NRU),
      keys,
      visibility ?? everything(keys),
      maximum_NR1 && view(maximum_NR1),
      view(maximum),
      view(sum_NR1),
    );
    return { weights_NRU: scores_NRU, maximum_NR1: maximum, sum_NR1 };
  }

  override softmaxBackward({ scores_NRU, weightGradient_NRU, logSumExp_NR1, delta_NR1, visibility }: SoftmaxBackward) {
    const keys = scores_NRU.shape[2]!;
    const [scores, gradients, normalisers, delta] = [scores_NRU, weightGradient_NRU, logSumExp_NR1, delta_NR1].map(
      this.memory.view,
    ) as [Float32Array, Float32Array, Float32Array, Float32Array];
    exponentials.softmaxRowsBackward(scores, gradients, keys, visibility ?? everything(keys), normalisers, delta);
    return { weights_NRU: scores_NRU, scoreGradient_NRU: weightGradient_NRU };
  }

  override slice(x: Tensor, begin: readonly number[], size: readonly number[]): Tensor {
    const pad = (extents: readonly number[], filler: number) =>
      [...Array<number>(3 - extents.length).fill(filler), ...extents] as [number, number, number];
    const [, rows, columns] = pad(x.shape, 1);
    const [outerStart, rowStart, columnStart] = pad(begin, 0);
    const [outerCount, rowCount, columnCount] = pad(size, 1);
    return this.fill(size, x, (from, to) => {
      const isWhole = columnCount === columns;
      const [runs, run] = isWhole ? [1, rowCount * columns] : [rowCount, columnCount];
      let target = 0;
      for (let outer = outerStart; outer < outerStart + outerCount; outer++)
        for (let row = rowStart; row < rowStart + runs; row++) {
          const source = (outer * rows + row) * columns + columnStart;
          to.set(from.subarray(source, source + run), target);
          target += run;
        }
    });
  }

  override transpose(x: Tensor): Tensor {
    const [rows, columns] = x.shape.slice(-2) as [number, number];
    if (x.size !== rows * columns) return super.transpose(x);
    const shape = [...x.shape.slice(0, -2), columns, rows];
    return this.fill(shape, x, (from, to) => loops.transposeMatrix(from, rows, columns, to));
  }

  override rowDots(a: Tensor, b: Tensor): Tensor {
    const columns = a.shape.at(-1)!;
    return this.fill([...a.shape.slice(0, -1), 1], a, (from, to) => {
      const other = this.memory.view(b);
      for (let row = 0; row < to.length; row++) to[row] = loops.dot(from, other, row * columns, (row + 1) * columns);
    });
  }

  override inverseRootMeanSquare(x_TC: Tensor, epsilon: number): Tensor {
    const [rows, columns] = x_TC.shape as [number, number];
    return this.fill([rows, 1], x_TC, (from, to) => {
      for (let row = 0; row < rows; row++) {
        const squares = loops.dot(from, from, row * columns, (row + 1) * columns);
        to[row] = 1 / Math.sqrt(squares / columns + epsilon);
      }
    });
  }

  override columnSums(x_TC: Tensor): Tensor {
    const [rows, columns] = x_TC.shape as [number, number];
    return this.fill([columns], x_TC, (from, to) => loops.sumColumns(from, rows, columns, to));
  }

  override gatherRows(table_VC: Tensor, rows: Int32Array): Tensor {
    const columns = table_VC.shape[1]!;
    return this.fill([rows.length, columns], table_VC, (from, to) => {
      rows.forEach((row, index) => {
        to.set(from.subarray(row * columns, (row + 1) * columns), index * columns);
      });
    });
  }

  override scatterRows(rows: Int32Array, values_TC: Tensor, tableRows: number): Tensor {
    const columns = values_TC.shape[1]!;
    return this.fill([tableRows, columns], values_TC, (from, to) => {
      to.fill(0);
      loops.addRowsInPlace(to, columns, rows, from);
    });
  }

  override pick(x_TC: Tensor, columns: Int32Array): Tensor {
    const width = x_TC.shape[1]!;
    return this.fill([columns.length], x_TC, (from, to) => {
      columns.forEach((column, row) => {
        to[row] = from[row * width + column]!;
      });
    });
  }

  override crossEntropyGradient({ weights_NRU, sum_NR1 }: SoftmaxStep, targets: Int32Array, scale: number): Tensor {
    const vocabularySize = weights_NRU.shape[2]!;
    const [weights, sums] = [this.memory.view(weights_NRU), this.memory.view(sum_NR1)];
    exponentials.crossEntropyRows(weights, vocabularySize, sums, targets, scale);
    return this.tf.reshape(weights_NRU, [targets.length, vocabularySize]);
  }

  override splitHeads(x_TE: Tensor, heads: number): Tensor {
    const [tokens, width] = x_TE.shape as [number, number];
    const size = width / heads;
    return this.fill([heads, tokens, size], x_TE, (from, to) => loops.swapOuter(from, tokens, heads, size, to));
  }

  override mergeHeads(x_NTD: Tensor): Tensor {
    const [heads, tokens, size] = x_NTD.shape as [number, number, number];
    return this.fill([tokens, heads * size], x_NTD, (from, to) => loops.swapOuter(from, heads, tokens, size, to));
  }

  override rotate(x_NTD: Tensor, rope: RopeTensors, direction: 'forward' | 'backward'): Tensor {
    const [heads, , size] = x_NTD.shape as [number, number, number];
    const turn = direction === 'forward' ? 1 : -1;
    return this.fill(x_NTD.shape, x_NTD, (from, to) => {
      const [cosine_TD, sine_TD] = [this.memory.view(rope.cosine_TD), this.memory.view(rope.sine_TD)];
      loops.rotateHeads(from, cosine_TD, sine_TD, heads, size, turn, to);
    });
  }

  override add(sum: TfjsVector, pieces: readonly Tensor[], offset = 0): void {
    const target = this.memory.view(sum.tensor);
    let start = offset;
    for (const piece of pieces) {
      loops.addInPlace(target, start, this.memory.view(piece));
      start += piece.size;
    }
    sum.touch();
  }

  override addRows(table: TfjsVector, tableRows: number, rows: Int32Array, values_TC: Tensor): void {
    const columns = table.length / tableRows;
    loops.addRowsInPlace(this.memory.view(table.tensor), columns, rows, this.memory.view(values_TC));
    table.touch();
  }

  override sumOfSquares(vector: TfjsVector): number {
    const values = this.memory.view(vector.tensor);
    return loops.dot(values, values, 0, values.length);
  }

  override adamw(update: AdamWTensors): void {
    const { beta1, beta2, epsilon, gradientScale, learningRate, step, weightDecay, parameters } = update;
    const vectors = [parameters, update.gradient, update.firstMoment, update.secondMoment] as const;
    const [values, gradient, first, second] = vectors.map(({ tensor }) => this.memory.view(tensor)) as [
      Float32Array,
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const common = {
      beta1,
      beta2,
      epsilon,
      gradientScale,
      stepSize: learningRate / (1 - beta1 ** step),
      deviationScale: 1 / Math.sqrt(1 - beta2 ** step),
    };
    const run = (start: number, end: number, decay: number) =>
      loops.adamwInPlace(values, gradient, first, second, start, end, { ...common, decay });
    let reached = 0;
    for (const [start, end] of update.decayRanges ?? [[0, parameters.length]]) {
      run(reached, start, 1);
      run(start, end, 1 - learningRate * weightDecay);
      reached = end;
    }
    run(reached, parameters.length, 1);
    for (const vector of [parameters, update.firstMoment, update.secondMoment]) vector.touch();
  }

  protected fill(
    shape: readonly number[],
    source: Tensor,
    loop: (from: Float32Array, to: Float32Array) => void,
  ): Tensor {
    // The new tensor first: making it may move the source.
    const target = this.memory.make(shape);
    loop(this.memory.view(source), this.memory.view(target));
    return target;
  }
}

function everything(keys: number): Visibility {
  return { from: Int32Array.of(0), to: Int32Array.of(keys) };
}
