// Claim: the memory of a micro-batch beyond weights and gradients grows with its tokens, not with their square; and computing
// layers again keeps the activations of one layer instead of all.
// Each cell is a process of its own that computes forward and backward of one conversation of T tokens through the trainer's
// own loop. Resident: growth of the process at its highest, work memory of the kernels included. Counted: what the engine
// says it holds between two blocks; what a call uses inside, such as the layer computed again, is in the first figure alone.
// Beside it, computed: T x T scores in float32 for each head, of one layer at a time and kept by every layer.
//   --size small --tokens 512,1024,2048,4096 --threads 1
import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { createEngine } from '../src/engine/index.js';
import { conversationOf, filledVectors, peakUsage } from '../test/support/peak-usage.js';
import { peakBytes } from './support/peak-memory.mjs';
import { describeSize, type Size, sizeFrom, sizeOptions } from './support/sizes.js';

interface Cell {
  readonly resident: number;
  readonly counted: number;
}

const { values } = parseArgs({
  options: {
    ...sizeOptions,
    tokens: { type: 'string', default: '512,1024,2048,4096' },
    threads: { type: 'string', default: String(availableParallelism()) },
    recompute: { type: 'boolean', default: false },
    child: { type: 'boolean', default: false },
  },
});
const size = sizeFrom(values);

if (values.child) console.log(JSON.stringify(await measure(size, Number(values.tokens), values.recompute)));
else await compare();

async function compare(): Promise<void> {
  const { layers, heads } = size;
  const lengths = values.tokens.split(',').map(Number);
  console.log(`${describeSize(size)}; threads: ${values.threads}; MB beyond weights and gradients`);
  console.log('                 keeping               recomputing           T x T scores, computed');
  console.log(' tokens   resident   counted   resident   counted   one layer  all layers');
  const cells: Record<'keeping' | 'recomputing', Cell[]> = { keeping: [], recomputing: [] };
  for (const length of lengths) {
    const kept = await childOf(length, false);
    const recomputed = await childOf(length, true);
    cells.keeping.push(kept);
    cells.recomputing.push(recomputed);
    const scores = heads * length ** 2 * Float32Array.BYTES_PER_ELEMENT;
    const figures = [kept.resident, kept.counted, recomputed.resident, recomputed.counted, scores, layers * scores];
    console.log(`${length}`.padStart(7), ...figures.map((bytes) => (bytes / 1e6).toFixed(1).padStart(10)));
  }
  for (const [name, column] of Object.entries(cells))
    for (const kind of ['resident', 'counted'] as const) {
      const { slope, intercept, deviation } = fittedLine(
        lengths,
        column.map((cell) => cell[kind]),
      );
      console.log(
        `${name}, ${kind}: ${(slope / 1e3).toFixed(1)} kB a token and ${(intercept / 1e6).toFixed(1)} MB; ` +
          `off that line by at most ${(deviation * 100).toFixed(1)}% of the largest`,
      );
    }
}

async function childOf(tokens: number, recompute: boolean): Promise<Cell> {
  const sizes = Object.entries(size).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const { stdout } = await promisify(execFile)(process.execPath, [
    ...['--expose-gc', '--import', import.meta.resolve('tsx'), fileURLToPath(import.meta.url), '--child'],
    ...[...sizes, '--threads', values.threads, '--tokens', String(tokens), ...(recompute ? ['--recompute'] : [])],
  ]);
  return JSON.parse(stdout) as Cell;
}

async function measure(model: Size, tokens: number, recompute: boolean): Promise<Cell> {
  await using engine = await createEngine({ engine: 'native', threads: Number(values.threads) });
  const transformer = engine.transformer({
    vocabularySize: model.vocab,
    hiddenSize: model.dim,
    layers: model.layers,
    heads: model.heads,
    keyValueHeads: model.kv,
    headSize: model.dim / model.heads,
    ffnSize: model.ffn,
    rmsNormEpsilon: 1e-6,
    rope: { theta: 10_000 },
    tiedEmbeddings: false,
  });
  const parameters = await filledVectors(engine, transformer, 0.01);
  const gradients = await filledVectors(engine, transformer, 0);
  const packed = conversationOf(tokens, model.vocab);
  // What the uploads came from, and the code's own highest moment, shall not be taken for the pass's.
  globalThis.gc!();
  await writeFile('/proc/self/clear_refs', '5');
  const before = process.memoryUsage.rss();
  const activationBytes = recompute ? 0 : Number.POSITIVE_INFINITY;
  const counted = await peakUsage({ engine, transformer, parameters, gradients, activationBytes }, packed);
  return { resident: (await peakBytes()) - before, counted };
}

/** Least squares. `deviation`: the largest distance from the line, as a share of the largest value. */
function fittedLine(xs: readonly number[], ys: readonly number[]) {
  const mean = (list: readonly number[]) => list.reduce((total, value) => total + value, 0) / list.length;
  const [meanX, meanY] = [mean(xs), mean(ys)];
  const slope = mean(xs.map((x, i) => (x - meanX) * (ys[i]! - meanY))) / mean(xs.map((x) => (x - meanX) ** 2));
  const intercept = meanY - slope * meanX;
  const distances = xs.map((x, i) => Math.abs(intercept + slope * x - ys[i]!));
  return { slope, intercept, deviation: Math.max(...distances) / Math.max(...ys) };
}
