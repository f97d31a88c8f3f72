import { describe, expect, it } from 'vitest';
import type { Engine, PackedBatch } from '../../../src/engine/index.js';
import { difference } from '../../support/differences.js';
import { logitsPass, withModel, zerosLike } from '../../support/model-pass.js';
import { plainTransformer } from '../../support/plain-transformer.js';
import { randomBatch, randomParameters, smallShape } from '../../support/random-model.js';

const batch = randomBatch(smallShape, [0, 4, 9], 2);
const parameters = randomParameters(smallShape, 2);

/** Who holds what, for how long, and what happens when somebody gets it wrong. */
export function describeHandles(engine: () => Engine, open: () => Promise<Engine>): void {
  describe('a vector', () => {
    it('is a copy on the way in and on the way out', async () => {
      const source = Float32Array.of(1, 2, 3);
      const vector = await engine().upload(source);
      source.fill(8);
      const out = await engine().download(vector);
      out.fill(7);
      expect(await engine().download(vector)).toEqual(Float32Array.of(1, 2, 3));
      await engine().write(vector, source);
      source.fill(0);
      const into = new Float32Array(3);
      expect(await engine().download(vector, into)).toBe(into);
      expect(into).toEqual(Float32Array.of(8, 8, 8));
      engine().release(vector);
    });

    it('starts at zero, may be empty, and counts its writes', async () => {
      const [zeros, empty] = [await engine().zeros(3), await engine().zeros(0)];
      expect(await engine().download(zeros)).toEqual(new Float32Array(3));
      expect(await engine().download(empty)).toEqual(new Float32Array(0));
      expect(await engine().sumOfSquares(empty)).toBe(0);
      const before = zeros.version;
      await engine().write(zeros, Float32Array.of(3, 4, 0));
      expect(zeros.version).toBeGreaterThan(before);
      expect(await engine().sumOfSquares(zeros)).toBe(25);
      engine().release(zeros, empty);
    });

    it('may be told that it will stay mostly zero', async () => {
      const vector = await engine().zeros(5000, { sparse: true });
      expect(await engine().sumOfSquares(vector)).toBe(0);
      const values = new Float32Array(5000);
      values[4321] = 2;
      await engine().write(vector, values);
      expect(await engine().download(vector)).toEqual(values);
      engine().release(vector);
    });

    it("is the caller's own memory, where the engine computes in the host's", async () => {
      const { usage } = engine();
      const shared = new Float32Array(new SharedArrayBuffer(64), 16, 9).fill(2);
      const vector = engine().view?.(shared);
      if (vector === undefined) return;
      expect(await engine().sumOfSquares(vector)).toBe(36);
      shared[0] = 4;
      expect(await engine().sumOfSquares(vector)).toBe(48);
      await engine().write(vector, new Float32Array(9).fill(1));
      expect(shared).toEqual(new Float32Array(9).fill(1));
      engine().release(vector);
      expect(engine().usage).toEqual(usage);
      await expect(engine().download(vector)).rejects.toMatchObject({ code: 'disposed' });
    });

    it('is counted until it is released', async () => {
      const before = engine().usage;
      const vector = await engine().zeros(256);
      expect(engine().usage).toEqual({ handles: before.handles + 1, bytes: before.bytes + 1024 });
      engine().release(vector, undefined);
      engine().release(vector);
      expect(engine().usage).toEqual(before);
    });

    it('refuses values that do not fit', async () => {
      const vector = await engine().zeros(3);
      await expect(engine().write(vector, new Float32Array(2))).rejects.toMatchObject({ code: 'engine-failed' });
      await expect(engine().download(vector, new Float32Array(4))).rejects.toThrow(/4 elements/);
      await expect(engine().zeros(-1)).rejects.toMatchObject({ code: 'engine-failed' });
      engine().release(vector);
    });
  });

  it('refuses handles that were released, and those of another engine', async () => {
    const other = await open();
    const [released, foreign] = [await engine().zeros(1), await other.zeros(1)];
    engine().release(released);
    await expect(engine().download(released)).rejects.toMatchObject({ code: 'disposed' });
    await expect(engine().download(foreign)).rejects.toMatchObject({ code: 'engine-failed' });
    expect(await other.download(foreign)).toEqual(Float32Array.of(0));
    await other[Symbol.asyncDispose]();
  });

  it('frees everything when it is disposed of, and then refuses to work', async () => {
    const other = await open();
    await withModelUnreleased(other);
    expect(other.usage.handles).toBeGreaterThan(0);
    await other[Symbol.asyncDispose]();
    expect(other.usage).toEqual({ handles: 0, bytes: 0 });
    await expect(other.zeros(1)).rejects.toMatchObject({ code: 'disposed' });
    expect(() => other.transformer(smallShape)).toThrow(/disposed/);
    await other[Symbol.asyncDispose]();
  });

  it('computes with what was last written to the parameters', async () => {
    const changed = randomParameters(smallShape, 3);
    await withModel(engine(), smallShape, parameters, async (model) => {
      await logitsPass(model, batch);
      for (const [index, values] of changed.entries()) await engine().write(model.parameters[index]!, values);
      const expected = plainTransformer(smallShape, changed, batch).logits_TV;
      expect(difference(await logitsPass(model, batch), expected).maximum).toBeLessThan(5e-5);
    });
  });

  it('adds to gradients instead of replacing them', async () => {
    await withModel(engine(), smallShape, parameters, async (model) => {
      const [once, thrice] = [await zerosLike(model), await zerosLike(model)];
      await model.train(once, { gradientScale: 3, keep: true }, batch);
      for (let pass = 0; pass < 3; pass++) await model.train(thrice, { gradientScale: 1, keep: false }, batch);
      for (const [index, vector] of once.entries()) {
        const [expected, actual] = [await engine().download(vector), await engine().download(thrice[index]!)];
        expect(difference(actual, expected).relative).toBeLessThan(1e-6);
      }
      engine().release(...once, ...thrice);
    });
  });

  it('evaluates without gradients', async () => {
    await withModel(engine(), smallShape, parameters, async ({ transformer, parameters: vectors }) => {
      const handle = await transformer.batch(batch);
      const input = await transformer.embeddingForward(vectors[0]!, handle);
      const result = await transformer.headLoss({ head: vectors.at(-1)! }, input, handle, { gradientScale: 1 });
      expect(Object.keys(result)).toEqual(['lossSum']);
      expect(handle.supervisedTokens).toBeGreaterThan(0);
      engine().release(handle, input);
    });
  });

  it('lets the rest of the process run between blocks', async () => {
    let turns = 0;
    const count = setInterval(() => turns++, 0);
    let running = true;
    const spin = () => {
      turns++;
      if (running) setImmediate(spin);
    };
    setImmediate(spin);
    await withModel(engine(), smallShape, parameters, async (model) => {
      const gradients = await zerosLike(model);
      turns = 0;
      await model.train(gradients, { gradientScale: 1, keep: true }, batch);
      expect(turns).toBeGreaterThanOrEqual(2 * (smallShape.layers + 1));
      engine().release(...gradients);
    });
    running = false;
    clearInterval(count);
  });

  it('names what is wrong with its input', async () => {
    const transformer = engine().transformer(smallShape);
    const broken = (changes: Partial<PackedBatch>) => transformer.batch({ ...batch, ...changes });
    await expect(broken({ tokens: batch.tokens.map(() => 61) })).rejects.toThrow(/token 61 at position 0/);
    await expect(broken({ labels: Int32Array.of(1) })).rejects.toThrow(/9 tokens but 1 labels/);
    await expect(broken({ sequenceStarts: Int32Array.of(0, 5, 3, 9) })).rejects.toThrow(/falls at index 2/);
    expect(() => engine().transformer({ ...smallShape, headSize: 7 })).toThrow(/headSize/);
    expect(() => engine().transformer({ ...smallShape, keyValueHeads: 2 })).toThrow(/keyValueHeads/);
    const [handle, wrong] = [await transformer.batch(batch), await engine().zeros(5)];
    await expect(transformer.embeddingForward(wrong, handle)).rejects.toThrow(/embedding block has 1464/);
    await expect(transformer.headLogits({ head: wrong }, wrong, Int32Array.of(0))).rejects.toThrow(/head block/);
    const tied = engine().transformer({ ...smallShape, tiedEmbeddings: true });
    await expect(tied.headLogits({ head: wrong }, wrong, Int32Array.of(0))).rejects.toThrow(/tied/);
    engine().release(handle, wrong);
  });
}

async function withModelUnreleased(engine: Engine): Promise<void> {
  const transformer = engine.transformer(smallShape);
  const vectors = await Promise.all(parameters.map((values) => engine.upload(values)));
  const handle = await transformer.batch(batch);
  const input = await transformer.embeddingForward(vectors[0]!, handle);
  await transformer.layerForward(vectors[1]!, input, handle, true);
  const cache = await transformer.createCache(4);
  await transformer.decode(vectors, [{ cache, tokens: Int32Array.of(1, 2) }]);
}
