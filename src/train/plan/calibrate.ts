import {
  type Engine,
  type Handle,
  type HeadVectors,
  IGNORED_LABEL,
  loraBlocks,
  type PackedBatch,
  type Vector,
} from '../../engine/index.js';
import type { VicunaModel } from '../../model/index.js';
import type { TrainerSettings } from '../config.js';
import { type flopsCounter, totalFlops, type WorkLoad } from '../step-flops.js';
import { makeVectors } from '../vectors.js';

/** How fast this machine's engine trains this model. */
export interface Calibration {
  /** Useful operations a second of a layer: forward and backward with kept activations, and forward alone. */
  readonly layer: number;
  readonly layerForward: number;
  /** Of the head with its loss. */
  readonly head: number;
  /** Weights a second: clearing a gradient, its norm and AdamW. */
  readonly optimizer: number;
  /** Bytes a token that a layer keeps for backward. */
  readonly activations: number;
}

export interface CalibrationOptions {
  readonly model: VicunaModel;
  readonly settings: TrainerSettings;
  readonly flopsOf: ReturnType<typeof flopsCounter>;
  /** What is to be computed, before it is cut. */
  readonly batch: PackedBatch;
  readonly seconds: number;
  readonly peak: number | undefined;
  readonly signal: AbortSignal;
}

/** Operations a second that are expected of an engine which cannot tell its peak. */
const CAREFUL_PEAK = 1e10;
/** Times that everything is computed: the first also raises clocks and takes memory. */
const RUNS = 4;
/** Fewer would say little of how fast more are. */
const FEWEST_TOKENS = 64;
const RATES = { learningRate: 0, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0, gradientScale: 1 };

/** Seconds of one run. */
interface Timing {
  readonly layer: number;
  readonly layerForward: number;
  readonly head: number;
  readonly optimizer: number;
  /** Bytes. */
  readonly activations: number;
}

/** Computes a layer and the head as a step does, with gradients that are thrown away, and looks at the clock. */
export async function calibrate(options: CalibrationOptions): Promise<Calibration> {
  const { model, settings, flopsOf, signal } = options;
  const { engine, transformer, shape } = model;
  const packed = cut(options.batch, affordableTokens(options));
  const load = loadOf(packed);
  const flops = flopsOf(load);
  const layerFlops = (flops.matrices + flops.attention) / shape.layers;
  const size = settings.lora ? loraBlocks(shape, settings.lora)[0]!.size : transformer.blocks[1]!.size;
  const vectors = await makeVectors(
    engine,
    Array.from({ length: 3 }, () => () => engine.zeros(size)),
  );
  const timings: Timing[] = [];
  const started = performance.now();
  try {
    while (timings.length < RUNS) {
      signal.throwIfAborted();
      timings.push(await timeOnce(options, packed, vectors, timings.length + 1));
      if (timings.length > 1 && performance.now() - started > options.seconds * 1000) break;
    }
  } finally {
    engine.release(...vectors);
  }
  const seconds = (name: keyof Timing) => {
    const sorted = timings.slice(timings.length > 1 ? 1 : 0).map((timing) => timing[name]);
    return sorted.sort((one, other) => one - other)[sorted.length >> 1]!;
  };
  return {
    layer: layerFlops / seconds('layer'),
    layerForward: layerFlops / 3 / seconds('layerForward'),
    head: flops.head / seconds('head'),
    optimizer: size / seconds('optimizer'),
    activations: seconds('activations') / load.tokens,
  };
}

/** @param vectors - that are updated: parameters and both moments, of the trained part of a layer */
async function timeOnce(
  { model, settings }: CalibrationOptions,
  packed: PackedBatch,
  [updated, firstMoment, secondMoment]: readonly Vector[],
  step: number,
): Promise<Timing> {
  const { engine, transformer, parameters, shape } = model;
  const { lora } = settings;
  const held: Handle[] = [];
  const hold = <H extends Handle>(handle: H): H => {
    held.push(handle);
    return handle;
  };
  try {
    const batch = hold(await transformer.batch(packed));
    const input = hold(await transformer.embeddingForward(parameters[0]!, batch));
    const clock = stopwatch();
    const gradient = hold(await engine.zeros(updated!.length));
    const adapter = lora && { lora, parameters: updated!, gradient };
    const { output, activations } = await transformer.layerForward(parameters[1]!, input, batch, true, adapter);
    hold(output);
    if (activations !== undefined) hold(activations);
    const bytes = activations?.bytes ?? 0;
    const layerForward = clock();
    const own = lora ? undefined : gradient;
    hold(await transformer.layerBackward(parameters[1]!, input, activations, batch, output, own, adapter));
    const layer = layerForward + clock();

    const embedding = shape.tiedEmbeddings ? parameters[0] : undefined;
    const vectors = { head: parameters.at(-1)!, embedding };
    const gradients = lora ? undefined : await gradientsLike(engine, vectors, hold);
    clock();
    const options = { gradientScale: 1 / packed.tokens.length, gradient: gradients, inputGradient: true };
    const { inputGradient } = await transformer.headLoss(vectors, input, batch, options);
    const head = clock();
    if (inputGradient !== undefined) hold(inputGradient);

    clock();
    await engine.sumOfSquares(gradient);
    const moments = { firstMoment: firstMoment!, secondMoment: secondMoment! };
    await engine.adamw({ parameters: updated!, gradient, ...moments, step, ...RATES });
    return { layer, layerForward, head, optimizer: clock(), activations: bytes };
  } finally {
    engine.release(...held);
  }
}

async function gradientsLike(
  engine: Engine,
  { head, embedding }: HeadVectors,
  hold: <H extends Handle>(handle: H) => H,
): Promise<HeadVectors> {
  const zeros = async ({ length }: Vector) => hold(await engine.zeros(length));
  return { head: await zeros(head), embedding: embedding && (await zeros(embedding)) };
}

/** @returns a function that says how many seconds passed since it was last called */
function stopwatch(): () => number {
  let last = performance.now();
  return () => {
    const now = performance.now();
    const seconds = (now - last) / 1000;
    last = now;
    return seconds;
  };
}

/** So many that all runs take about the time that may be spent. */
function affordableTokens({ model, flopsOf, batch, seconds, peak }: CalibrationOptions): number {
  const all = loadOf(batch);
  const flops = flopsOf(all);
  const { layers } = model.shape;
  const perRun = totalFlops({ ...flops, matrices: flops.matrices / layers, attention: flops.attention / layers });
  const affordable = (((peak ?? CAREFUL_PEAK) / 2) * seconds) / RUNS;
  return Math.max(1, Math.floor(all.tokens * Math.min(1, affordable / perRun)));
}

/** The first tokens of a batch, all of them learned: rates are what is wanted, and a beginning may have no reply. */
function cut({ tokens, sequenceStarts }: PackedBatch, length: number): PackedBatch {
  const count = Math.min(tokens.length, Math.max(length, FEWEST_TOKENS));
  const starts = Int32Array.from([...sequenceStarts.filter((start) => start < count), count]);
  const labels = tokens.slice(0, count);
  for (const start of starts.subarray(0, -1)) labels[start] = IGNORED_LABEL;
  return { tokens: tokens.slice(0, count), labels, sequenceStarts: starts };
}

function loadOf({ tokens, sequenceStarts }: PackedBatch): WorkLoad {
  const lengths = [...sequenceStarts.subarray(1)].map((end, sequence) => end - sequenceStarts[sequence]!);
  return {
    tokens: tokens.length,
    supervisedTokens: Math.max(1, tokens.length - lengths.length),
    attendedPairs: lengths.reduce((total, length) => total + (length * (length + 1)) / 2, 0),
  };
}
