// Claim: tokens per second through one layer, forward and backward, on each backend that loads here, beside the same layer
// of transformers on PyTorch, taking turns in one run.
// The peer is run by the Python that VICUNA_PYTHON names; without it only our figures are printed. TensorFlow is also looked
// for in the folder VICUNA_TFJS_NODE. Options: --rounds 5 --tokens 512 --backends wasm,cpu,tensorflow
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Random, VicunaError } from '../src/core/index.js';
import { type Engine, type ModelShape, modelBlocks } from '../src/engine/index.js';
import { createTfjsEngine } from '../src/engine/select.js';
import { alternate, ratios, summarise } from './support/measure.js';
import { PythonPeer } from './support/python-peer.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    tokens: { type: 'string', default: '512' },
    backends: { type: 'string', default: 'wasm,cpu,tensorflow' },
  },
});
const tokens = Number(values.tokens);
const backends = values.backends.split(',') as ('wasm' | 'cpu' | 'tensorflow')[];
const sizes = [
  { hiddenSize: 128, heads: 4, ffnSize: 344 },
  { hiddenSize: 512, heads: 8, ffnSize: 1376 },
];

/** One pass: by the clock, and of all threads, which stays the same when others use the machine. */
interface Pass {
  readonly seconds: number;
  readonly processor: number;
}

for (const size of sizes) for (const backend of backends) await compare(backend, size);

async function compare(backend: (typeof backends)[number], size: (typeof sizes)[number]): Promise<void> {
  const { VICUNA_TFJS_NODE: folder } = process.env;
  const engine = await createTfjsEngine(backend, folder === undefined ? [] : [folder]).catch((error: unknown) => {
    if (!VicunaError.isInstance(error)) throw error;
    console.log(`${backend}: not here`);
  });
  if (engine === undefined) return;
  // Only TensorFlow uses more than one core.
  const threads = backend === 'tensorflow' ? availableParallelism() : 1;
  const peer = await PythonPeer.start<{ torch: string }, Pass>(
    fileURLToPath(new URL('peers/layer.py', import.meta.url)),
    Object.entries({ tokens, dim: size.hiddenSize, heads: size.heads, ffn: size.ffnSize, threads }).flatMap(
      ([name, value]) => [`--${name}`, String(value)],
    ),
  );
  const passes: Record<string, Pass[]> = { ours: [], PyTorch: [] };
  const noting = (name: string, run: () => Promise<Pass>) => async () => {
    const pass = await run();
    passes[name]!.push(pass);
    return pass.seconds;
  };
  const contestants: Record<string, () => Promise<number>> = {
    ours: noting('ours', await layerPass(engine, shapeOf(size))),
  };
  if (peer) contestants.PyTorch = noting('PyTorch', () => peer.round(''));
  // WebAssembly is compiled twice: quickly at first, and well once it has proved hot.
  const warmUps = backend === 'cpu' ? 2 : 15;
  await alternate(contestants, { rounds: Number(values.rounds), warmUps });
  peer?.close();
  await engine[Symbol.asyncDispose]();

  console.log(`\n${backend}, hidden ${size.hiddenSize}, ${threads} thread${threads > 1 ? 's' : ''}`);
  for (const [figure, unit] of [
    ['seconds', 'tokens/s'],
    ['processor', 'tokens a processor second'],
  ] as const) {
    const of = (name: string) => passes[name]!.slice(warmUps).map((pass) => tokens / pass[figure]);
    const show = (name: string) => {
      const { minimum, median } = summarise(of(name));
      return `${name} min ${minimum.toFixed(0)}, median ${median.toFixed(0)}`;
    };
    const compared = peer && `; ${show('PyTorch')}; ratio median ${medianRatio(of('ours'), of('PyTorch'))}`;
    console.log(`  ${unit}: ${show('ours')}${compared ?? ''}`);
  }
}

function medianRatio(ours: readonly number[], theirs: readonly number[]): string {
  return summarise(ratios(ours, theirs)).median.toFixed(2);
}

/** @returns a pass through one layer with random parameters, over one sequence. */
async function layerPass(engine: Engine, shape: ModelShape): Promise<() => Promise<Pass>> {
  const random = Random.fromSeed(0, 'bench');
  const uniform = (length: number) => Float32Array.from({ length }, () => random.uniform() - 0.5);
  const transformer = engine.transformer(shape);
  const { size } = modelBlocks(shape)[1]!;
  const batch = await transformer.batch({
    tokens: new Int32Array(tokens),
    labels: new Int32Array(tokens),
    sequenceStarts: Int32Array.of(0, tokens),
  });
  const parameters = await engine.upload(uniform(size).map((value) => value * 0.1));
  const gradient = await engine.zeros(size);
  const input = await engine.upload(uniform(tokens * shape.hiddenSize));
  const upstream = await engine.upload(uniform(tokens * shape.hiddenSize));
  return async () => {
    const [started, used] = [performance.now(), process.cpuUsage()];
    const { output, activations } = await transformer.layerForward(parameters, input, batch, true);
    const result = await transformer.layerBackward(parameters, input, activations, batch, upstream, gradient);
    const { user, system } = process.cpuUsage(used);
    const seconds = (performance.now() - started) / 1000;
    engine.release(output, activations, result);
    return { seconds, processor: (user + system) / 1e6 };
  };
}

function shapeOf({ hiddenSize, heads, ffnSize }: (typeof sizes)[number]): ModelShape {
  return {
    vocabularySize: 1,
    hiddenSize,
    layers: 1,
    heads,
    keyValueHeads: heads,
    headSize: hiddenSize / heads,
    ffnSize,
    rmsNormEpsilon: 1e-6,
    rope: { theta: 10_000 },
    tiedEmbeddings: true,
  };
}
