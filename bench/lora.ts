// Claim: a frozen model with an adapter takes about 0.7 of the time of training all weights, dropout or not, and no memory
// for gradients. Forward and backward of one layer, and of the head, on the native engine, taking turns in one run.
// Options: --rounds 7 --tokens 1024 --rank 8
import { parseArgs } from 'node:util';
import { parseConfig, Random } from '../src/core/index.js';
import {
  createEngine,
  type LayerAdapter,
  type LoraTarget,
  loraBlocks,
  loraConfigSchema,
  loraTargets,
  type ModelShape,
} from '../src/engine/index.js';
import { alternate, ratios, summarise } from './support/measure.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    tokens: { type: 'string', default: '1024' },
    rank: { type: 'string', default: '8' },
  },
});
const [rounds, tokens, rank] = [values.rounds, values.tokens, values.rank].map(Number) as [number, number, number];
const shape: ModelShape = {
  vocabularySize: 32_000,
  hiddenSize: 1024,
  layers: 1,
  heads: 16,
  keyValueHeads: 16,
  headSize: 64,
  ffnSize: 2752,
  rmsNormEpsilon: 1e-6,
  rope: { theta: 10_000 },
  tiedEmbeddings: false,
};

await using engine = await createEngine({ engine: 'native' });
const transformer = engine.transformer(shape);
const random = Random.fromSeed(1, 'bench');
const draw = (length: number, deviation: number) =>
  engine.upload(Float32Array.from({ length }, () => deviation * (random.uniform() - 0.5)));
const [, layer, head] = transformer.blocks.map(({ size }) => size) as [number, number, number];
const ids = Int32Array.from({ length: tokens }, () => random.integer(shape.vocabularySize));
const batch = await transformer.batch({ tokens: ids, labels: ids, sequenceStarts: Int32Array.of(0, tokens) });
const weights = { layer: await draw(layer, 0.05), head: await draw(head, 0.05) };
const gradients = { layer: await engine.zeros(layer), head: await engine.zeros(head) };
const [input, upstream] = [await draw(tokens * shape.hiddenSize, 1), await draw(tokens * shape.hiddenSize, 1e-3)];

/** Seconds of a layer's forward and backward. Only what learns has a gradient. */
async function layerPass(adapter?: LayerAdapter): Promise<number> {
  const start = performance.now();
  const { output, activations } = await transformer.layerForward(weights.layer, input, batch, true, adapter);
  const gradient = adapter ? undefined : gradients.layer;
  const change = await transformer.layerBackward(weights.layer, input, activations, batch, upstream, gradient, adapter);
  engine.release(output, activations, change);
  return (performance.now() - start) / 1000;
}

async function headPass(isFrozen: boolean): Promise<number> {
  const start = performance.now();
  const gradient = isFrozen ? undefined : { head: gradients.head };
  const options = { gradientScale: 1 / tokens, gradient, inputGradient: true };
  const { inputGradient } = await transformer.headLoss({ head: weights.head }, input, batch, options);
  engine.release(inputGradient);
  return (performance.now() - start) / 1000;
}

async function adapterOf(targets: readonly LoraTarget[], dropout: number): Promise<LayerAdapter> {
  const lora = parseConfig(loraConfigSchema, { rank, dropout, targets }, 'bench');
  const [{ size } = { size: 0 }] = loraBlocks(shape, lora);
  return { lora, parameters: await draw(size, 0.05), gradient: await engine.zeros(size), dropoutSeed: 1 };
}

const queriesAndValues = await adapterOf(['q_proj', 'v_proj'], 0);
const dropping = await adapterOf(['q_proj', 'v_proj'], 0.05);
const everyMap = await adapterOf(loraTargets, 0.05);
const seconds = await alternate(
  {
    'layer, all weights': () => layerPass(),
    'layer, q and v': () => layerPass(queriesAndValues),
    'layer, q and v, dropout': () => layerPass(dropping),
    'layer, every map, dropout': () => layerPass(everyMap),
    'head, all weights': () => headPass(false),
    'head, frozen': () => headPass(true),
  },
  { rounds },
);
console.log(`${engine.backend}, ${tokens} tokens, hidden size ${shape.hiddenSize}, rank ${rank}; ${rounds} rounds`);
for (const [name, times] of Object.entries(seconds)) {
  const { minimum, median } = summarise(times);
  const whole = name.startsWith('layer') ? seconds['layer, all weights'] : seconds['head, all weights'];
  const ratio = summarise(ratios(times, whole)).median;
  const figures = `min ${(1000 * minimum).toFixed(1)} ms, median ${(1000 * median).toFixed(1)} ms`;
  console.log(`  ${name.padEnd(26)} ${figures}, ${ratio.toFixed(2)} of all weights`);
}
for (const [name, { parameters }] of Object.entries({ 'q and v': queriesAndValues, 'every map': everyMap }))
  console.log(
    `  gradient of a layer: ${(layer * 4) / 2 ** 20} MB, of its adapter (${name}): ${(parameters.length * 4) / 2 ** 20} MB`,
  );
engine.release(batch, input, upstream, ...Object.values(weights), ...Object.values(gradients));
