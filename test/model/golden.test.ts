import { cp, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { batchingConfigSchema } from '../../src/model/batching/config.js';
import { EngineTurns } from '../../src/model/batching/engine-turns.js';
import { Scheduler } from '../../src/model/batching/scheduler.js';
import { generateTokens } from '../../src/model/generation/generate-tokens.js';
import { VicunaModel } from '../../src/model/index.js';
import { generationSettingsSchema } from '../../src/model/sampling/settings.js';
import { difference } from '../support/differences.js';
import { type Golden, type GoldenModelName, goldenModels, loadGolden, tolerance } from '../support/goldens.js';
import { numericsDirectory } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';

const bytesOf = (values: Float32Array) => Buffer.from(values.buffer, values.byteOffset, values.byteLength);

async function greedy(model: VicunaModel, prompt: readonly number[], maxTokens: number): Promise<number[]> {
  const tokens: number[] = [];
  const { transformer, engine, config } = model;
  const host = {
    transformer,
    turns: new EngineTurns(),
    weights: () => model.parameters,
    release: engine.release.bind(engine),
  };
  const scheduler = new Scheduler(host, batchingConfigSchema.parse({ prefixCacheBytes: 0 }));
  const { signal } = new AbortController();
  const ids = Int32Array.from(prompt);
  const sequence = await scheduler.open({ prompt: ids, capacity: ids.length + maxTokens - 1, signal });
  const generation = generateTokens(sequence, {
    prompt: ids,
    maxTokens,
    endTokenIds: new Set(),
    vocabularySize: config.vocabularySize,
    settings: generationSettingsSchema.parse({ temperature: 0 }),
  });
  for await (const { token } of generation) tokens.push(token);
  sequence.leave();
  return tokens;
}

/** Every parameter, as bytes. */
async function weightsOf(model: VicunaModel): Promise<Buffer[]> {
  const blocks: Buffer[] = [];
  for (const vector of model.parameters) blocks.push(bytesOf(await model.engine.download(vector)));
  return blocks;
}

describe.each(['wasm', 'cpu'] as const)('on %s', (backend) => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ backend });
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  describe.each(goldenModels)('%s', (name: GoldenModelName) => {
    const directory = join(numericsDirectory, name);
    let golden: Golden;
    let model: VicunaModel;
    beforeAll(async () => {
      golden = loadGolden(name);
      model = await VicunaModel.load(join(directory, 'model'), { engine });
    });
    afterAll(() => model[Symbol.asyncDispose]());
    const row = (number: number) =>
      golden.expected.padded.input_ids[number]!.slice(0, golden.expected.padded.lengths[number]);

    it('computes the logits of transformers', async () => {
      for (const number of [0, 1]) {
        const expected = golden.tensors.get(`logits.row${number}`)!.values;
        expect(difference(await model.logits(row(number)), expected).maximum).toBeLessThan(tolerance.logits);
      }
    });

    it('computes the losses of transformers, each at the token it is the loss of', async () => {
      for (const number of [0, 1]) {
        const losses = await model.tokenLosses(row(number));
        expect(losses[0]).toBe(0);
        for (const [position, expected] of golden.expected.token_loss.rows[number]!.entries())
          if (expected !== null) expect(Math.abs(losses[position]! - expected)).toBeLessThan(tolerance.tokenLoss);
      }
    });

    it('goes on greedily as transformers does', async () => {
      const { prompt, tokens } = golden.expected.greedy;
      expect(await greedy(model, prompt, tokens.length)).toEqual(tokens);
    });

    it('is read the same from the config.json of transformers 4', async () => {
      const legacy = await temporaryDirectory();
      await cp(join(directory, 'model'), legacy, { recursive: true });
      await cp(join(directory, 'config.legacy.json'), join(legacy, 'config.json'));
      await using older = await VicunaModel.load(legacy, { engine });
      expect(older.shape).toEqual(model.shape);
      expect(bytesOf(await older.logits(row(0))).equals(bytesOf(await model.logits(row(0))))).toBe(true);
    });

    it('has the very same weights after saving and loading, in float32 and in the dtype it came in', async () => {
      const weights = await weightsOf(model);
      const stored = {
        'tiny-llama-mha': 'float32',
        'tiny-llama-gqa-tied': 'bfloat16',
        'tiny-llama-linear-rope': 'float16',
      } as const;
      const parent = await temporaryDirectory();
      for (const [index, options] of [{}, { dtype: stored[name], maxShardBytes: 100_000 }].entries()) {
        const copy = join(parent, `copy-${index}`);
        await model.save(copy, options);
        expect((await readdir(copy)).includes('model.safetensors.index.json')).toBe(index === 1);
        await using again = await VicunaModel.load(copy, { engine });
        expect(again.shape).toEqual(model.shape);
        expect(again.config).toEqual(model.config);
        expect((await weightsOf(again)).every((block, number) => block.equals(weights[number]!))).toBe(true);
      }
    });
  });

  it('reaches beyond the original context where positions are scaled', async () => {
    const golden = loadGolden('tiny-llama-linear-rope');
    await using model = await VicunaModel.load(join(numericsDirectory, 'tiny-llama-linear-rope/model'), { engine });
    const { input_ids: tokens, mean_loss_all_targets: meanLoss } = golden.expected.extra.long!;
    expect(model.config.contextLength).toBe(256);
    const vocabularySize = model.config.vocabularySize;
    const logits = await model.logits(tokens);
    const rows = [0, 63, 64, 127, 199].map((at) => [
      ...logits.subarray(at * vocabularySize, (at + 1) * vocabularySize),
    ]);
    expect(difference(rows.flat(), golden.tensors.get('extra.long_logits')!.values).maximum).toBeLessThan(
      tolerance.logits,
    );
    const losses = await model.tokenLosses(tokens);
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / (tokens.length - 1);
    expect(Math.abs(mean - meanLoss)).toBeLessThan(tolerance.meanLoss);
    await expect(model.logits(new Int32Array(257))).rejects.toMatchObject({ code: 'context-overflow' });
    await expect(model.logits([])).rejects.toMatchObject({ code: 'context-overflow' });
  });
});
