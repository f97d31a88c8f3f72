import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { VicunaTrainer } from '../../src/train/index.js';
import { difference } from '../support/differences.js';
import { goldenModels, loadGolden, tolerance } from '../support/goldens.js';
import { nativeAddon } from '../support/native.js';
import { roundedWeights } from '../support/rounded-weights.js';
import { numericsDirectory } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';
import { tinyLlama } from '../support/tokenizers.js';

/**
 * How far logits may be from the original's, which are about 10 at most: rounding is an error of up to 1/512 of a
 * bfloat16 weight, and of up to 1/254 of the largest of 32 for int8. The models' weights are random and wide, which
 * carries it far.
 */
const distance = { bfloat16: { relative: 0.02, maximum: 0.15 }, int8: { relative: 0.05, maximum: 0.6 } };

const directoryOf = (name: string) => join(numericsDirectory, name, 'model');

describe.skipIf(nativeAddon === undefined)('a model with rounded weights', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ engine: 'native', threads: 2 });
  });
  afterAll(async () => {
    expect(engine.usage).toEqual({ handles: 0, bytes: 0 });
    await engine[Symbol.asyncDispose]();
  });

  describe.each(goldenModels)('%s', (name) => {
    const golden = loadGolden(name);
    const rows = [0, 1].map((row) =>
      golden.expected.padded.input_ids[row]!.slice(0, golden.expected.padded.lengths[row]),
    );

    it.each(['bfloat16', 'int8'] as const)(
      'as %s computes what float32 does with the same numbers',
      async (weights) => {
        await using model = await VicunaModel.load(directoryOf(name), { engine, weights });
        await using same = await VicunaModel.load(directoryOf(name), { engine });
        for (const [block, values] of roundedWeights(golden.shape, golden.parameters, weights).entries())
          await engine.write(same.parameters[block]!, values);
        for (const row of rows) {
          const [logits, expected] = [await model.logits(row), await same.logits(row)];
          expect(difference(logits, expected).maximum).toBeLessThan(tolerance.logits);
          const [losses, expectedLosses] = [await model.tokenLosses(row), await same.tokenLosses(row)];
          expect(difference(losses, expectedLosses).maximum).toBeLessThan(tolerance.tokenLoss);
        }
      },
    );

    it.each(['bfloat16', 'int8'] as const)('as %s stays near the original', async (weights) => {
      await using model = await VicunaModel.load(directoryOf(name), { engine, weights });
      for (const [number, row] of rows.entries()) {
        const original = golden.tensors.get(`logits.row${number}`)!.values;
        expect(difference(await model.logits(row), original).relative).toBeLessThan(distance[weights].relative);
        expect(difference(await model.logits(row), original).maximum).toBeLessThan(distance[weights].maximum);
      }
    });

    it.each(['bfloat16', 'int8'] as const)(
      'as %s draws the same token wherever the choice is clear',
      async (weights) => {
        await using model = await VicunaModel.load(directoryOf(name), { engine, weights });
        const { prompt, tokens } = golden.expected.greedy;
        const logits = await model.logits([...prompt, ...tokens]);
        const V = golden.shape.vocabularySize;
        const stored = golden.tensors.get('greedy.step_logits')!.values;
        let clear = 0;
        for (const [step, token] of tokens.entries()) {
          const [first, second] = [...stored.subarray(step * V, (step + 1) * V)].sort((a, b) => b - a);
          if (first! - second! <= distance[weights].maximum) continue;
          clear++;
          const row = logits.subarray((prompt.length - 1 + step) * V).subarray(0, V);
          expect(row.indexOf(Math.max(...row))).toBe(token);
        }
        expect(clear).toBeGreaterThan(tokens.length / 4);
      },
    );
  });

  it('is rounded while it is read, never more than a block of it in float32', async () => {
    const directory = await savedModel(engine);
    const [whole, largest] = await float32Bytes(engine, directory);
    for (const [weights, share] of [
      ['bfloat16', 0.51],
      ['int8', 0.29],
    ] as const) {
      const before = engine.usage.bytes;
      let peak = 0;
      const upload = vi.spyOn(engine, 'upload').mockImplementation(async (values) => {
        const vector = await Object.getPrototypeOf(engine).upload.call(engine, values);
        peak = Math.max(peak, engine.usage.bytes - before);
        return vector;
      });
      await using _ = await VicunaModel.load(directory, { engine, weights });
      upload.mockRestore();
      const kept = engine.usage.bytes - before;
      expect(kept).toBeLessThan(whole * share);
      expect(peak).toBeLessThanOrEqual(kept + largest);
    }
  });

  it('chats, alone and beside others, the same each time', async () => {
    const directory = await savedModel(engine);
    await using model = await VicunaModel.load(directory, { engine, weights: 'int8' });
    const ask = async (content: string) => {
      const { text } = await model.chat([{ role: 'user', content }], { temperature: 0, maxTokens: 12 }).result;
      return text;
    };
    const alone = [await ask('Hello'), await ask('the quick fox')];
    expect(await Promise.all([ask('Hello'), ask('the quick fox')])).toEqual(alone);
    expect((await model.evaluate('the quick fox')).perplexity).toBeGreaterThan(1);
    expect((await model.complete('the ', { maxTokens: 3 }).result).usage.completionTokens).toBeLessThanOrEqual(3);
  });

  it('is neither saved nor trained', async () => {
    const directory = await savedModel(engine);
    await using model = await VicunaModel.load(directory, { engine, weights: 'bfloat16', id: 'small' });
    const outputDirectory = await temporaryDirectory();
    await expect(model.save(outputDirectory)).rejects.toMatchObject({ code: 'weights-unsupported' });
    await expect(model.save(outputDirectory)).rejects.toThrow(/Model small .* bfloat16.* \{ weights: 'float32' \}/);
    const trainer = await VicunaTrainer.create({ outputDirectory }, { model });
    const example = { id: 'a', tokens: Int32Array.of(1, 5, 6), labels: Int32Array.of(-100, 5, 6), supervisedTokens: 2 };
    await expect(trainer.trainExamples([example]).result).rejects.toMatchObject({ code: 'weights-unsupported' });
  });

  it('is refused at once where it is asked for wrongly', async () => {
    const directory = directoryOf('tiny-llama-mha');
    await expect(VicunaModel.load(directory, { engine, weights: 'int4' as 'int8' })).rejects.toMatchObject({
      code: 'config-invalid',
    });
    await using cpu = await createEngine({ backend: 'cpu' });
    const loading = VicunaModel.load(directory, { engine: cpu, weights: 'int8' });
    await expect(loading).rejects.toMatchObject({ code: 'weights-unsupported' });
    await expect(loading).rejects.toThrow(/tfjs engine \(cpu\) .* engine: 'native'/);
    expect(cpu.usage.handles).toBe(0);
  });
});

/** @returns directory of a model with random weights and a tokenizer. */
async function savedModel(engine: Engine): Promise<string> {
  const shape = { hiddenSize: 64, layers: 3, heads: 4, ffnSize: 160, contextLength: 512, initializerRange: 0.3 };
  await using model = await VicunaModel.create(shape, { engine, tokenizer: await tinyLlama(), seed: 1 });
  const directory = join(await temporaryDirectory(), 'saved');
  await model.save(directory);
  return directory;
}

/** @returns bytes of a model as float32, and of its largest block. */
async function float32Bytes(engine: Engine, directory: string): Promise<[whole: number, largest: number]> {
  await using model = await VicunaModel.load(directory, { engine });
  const bytes = model.parameters.map(({ length }) => length * Float32Array.BYTES_PER_ELEMENT);
  return [bytes.reduce((sum, block) => sum + block, 0), Math.max(...bytes)];
}
