import { afterAll, describe, expect, it } from 'vitest';
import { createEngine, type ModelShape } from '../../src/engine/index.js';
import { conversationOf, filledVectors, peakUsage } from '../support/peak-usage.js';

const shape: ModelShape = {
  vocabularySize: 64,
  hiddenSize: 32,
  layers: 5,
  heads: 4,
  keyValueHeads: 2,
  headSize: 8,
  ffnSize: 48,
  rmsNormEpsilon: 1e-6,
  rope: { theta: 10_000 },
  tiedEmbeddings: false,
};
const engine = await createEngine();
const transformer = engine.transformer(shape);
const parameters = await filledVectors(engine, transformer, 0.01);
const gradients = await filledVectors(engine, transformer, 0);
afterAll(() => engine[Symbol.asyncDispose]());

/** Most bytes held between two blocks, for one conversation of `tokens`. */
const peakOf = (tokens: number, activationBytes: number) =>
  peakUsage(
    { engine, transformer, parameters, gradients, activationBytes },
    conversationOf(tokens, shape.vocabularySize),
  );
const everything = Number.POSITIVE_INFINITY;

/** What one layer keeps for backward. */
async function layerBytes(tokens: number): Promise<number> {
  const batch = await transformer.batch(conversationOf(tokens, shape.vocabularySize));
  const input = await engine.upload(new Float32Array(tokens * shape.hiddenSize));
  const { output, activations } = await transformer.layerForward(parameters[1]!, input, batch, true);
  engine.release(batch, input, output, activations);
  return activations!.bytes;
}

describe('the memory of a micro-batch', () => {
  it.each([
    ['kept', everything],
    ['computed again', 0],
  ])('grows by the same for every token, activations %s', async (_, activationBytes) => {
    const [one, two, four] = [
      await peakOf(128, activationBytes),
      await peakOf(256, activationBytes),
      await peakOf(512, activationBytes),
    ];
    // Work that is cut into blocks may round up; a square of the tokens would double the growth.
    expect((four - two) / (two - one)).toBeCloseTo(2, 1);
  });

  it('holds the activations of as many layers as were to be kept', async () => {
    const none = await peakOf(256, 0);
    const layer = await layerBytes(256);
    expect(await peakOf(256, everything)).toBe(none + shape.layers * layer);
    expect(await peakOf(256, 2 * layer)).toBe(none + 2 * layer);
  });

  it("is, computed again, little more than every layer's input", async () => {
    const row = 256 * shape.hiddenSize * Float32Array.BYTES_PER_ELEMENT;
    const peak = await peakOf(256, 0);
    expect(peak).toBeGreaterThanOrEqual((shape.layers + 1) * row);
    expect(peak).toBeLessThan((shape.layers + 3) * row);
  });

  it('is given back', async () => {
    const before = engine.usage;
    await peakOf(256, everything);
    expect(engine.usage).toEqual(before);
  });
});
