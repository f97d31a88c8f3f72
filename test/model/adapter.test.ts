import { cp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/core/index.js';
import { createEngine, type Engine, loraBlocks, loraConfigSchema } from '../../src/engine/index.js';
import { initializeAdapter, VicunaModel } from '../../src/model/index.js';
import { difference } from '../support/differences.js';
import { namedParameters, readJson, tolerance } from '../support/goldens.js';
import { nativeAddon } from '../support/native.js';
import { smallShape } from '../support/random-model.js';
import { readSafetensors } from '../support/safetensors.js';
import { numericsDirectory } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';

const base = join(numericsDirectory, 'tiny-llama-mha/model');
const golden = join(numericsDirectory, 'lora-tiny-llama-mha/random_B');
const adapter = join(golden, 'final_adapter');

describe('merging an adapter into a model', () => {
  let engine: Engine;
  beforeAll(async () => {
    engine = await createEngine({ backend: 'wasm' });
  });
  afterAll(() => engine[Symbol.asyncDispose]());

  const weightsOf = async (model: VicunaModel) =>
    namedParameters(model.shape, await Promise.all(model.parameters.map((vector) => engine.download(vector))));

  it('changes the weights as peft does, and leaves the others', async () => {
    await using model = await VicunaModel.load(base, { engine });
    const before = new Map((await weightsOf(model)).map(({ name, values }) => [name, values]));
    const usage = engine.usage.handles;
    await model.mergeAdapter(adapter);
    expect(engine.usage.handles).toBe(usage);
    const expected = readSafetensors(join(golden, 'expected.safetensors'));
    for (const { name, values } of await weightsOf(model)) {
      const merged = expected.get(`merged.${name}`);
      if (merged === undefined) expect(values).toEqual(before.get(name));
      else expect(difference(values, merged.values).relative).toBeLessThan(tolerance.parametersRelative);
    }
  });

  it('is saved with the model', async () => {
    const folder = await temporaryDirectory();
    await using model = await VicunaModel.load(base, { engine });
    await model.mergeAdapter(adapter);
    await model.save(join(folder, 'merged'));
    await using again = await VicunaModel.load(join(folder, 'merged'), { engine });
    expect(await again.logits([1, 2, 3])).toEqual(await model.logits([1, 2, 3]));
  });

  it('leaves everything as it is where the adapter cannot be read', async () => {
    const folder = await temporaryDirectory();
    await cp(adapter, folder, { recursive: true });
    const file = join(folder, 'adapter_config.json');
    await writeFile(file, JSON.stringify({ ...readJson<object>(file), use_dora: true }));
    await using model = await VicunaModel.load(base, { engine });
    const before = await model.logits([1, 2, 3]);
    await expect(model.mergeAdapter(folder)).rejects.toMatchObject({ code: 'model-unsupported' });
    await expect(model.mergeAdapter(join(folder, 'none'))).rejects.toMatchObject({ code: 'model-unreadable' });
    const reason = new Error('enough');
    await expect(model.mergeAdapter(adapter, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await model.logits([1, 2, 3])).toEqual(before);
    await model[Symbol.asyncDispose]();
    await expect(model.mergeAdapter(adapter)).rejects.toMatchObject({ code: 'disposed' });
  });

  it.skipIf(nativeAddon === undefined)('is refused where the weights were rounded', async () => {
    await using model = await VicunaModel.load(base, { engine: { engine: 'native' }, weights: 'int8' });
    await expect(model.mergeAdapter(adapter)).rejects.toMatchObject({ code: 'weights-unsupported' });
  });
});

describe('a new adapter', () => {
  const lora = parseConfig(loraConfigSchema, { rank: 40, targets: ['q_proj', 'down_proj'] }, 'test');
  const [, block] = loraBlocks(smallShape, lora);
  const draw = (seed: number) => {
    const vector = new Float32Array(block!.size).fill(9);
    initializeAdapter(block!, vector, seed);
    return vector;
  };

  it('has A spread evenly within 1 / sqrt(inputs) and B zero, as peft draws them', () => {
    const vector = draw(3);
    for (const { name, offset, size, shape } of block!.parameters) {
      const values = vector.subarray(offset, offset + size);
      if (name.includes('lora_B')) {
        expect(values.every((value) => value === 0)).toBe(true);
        continue;
      }
      const bound = 1 / Math.sqrt(shape[1]!);
      const deviation = Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0) / size);
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(bound);
      expect(Math.max(...values.map(Math.abs))).toBeGreaterThan(0.98 * bound);
      expect(Math.abs(deviation / (bound / Math.sqrt(3)) - 1)).toBeLessThan(0.05);
    }
  });

  it('is the same for the same seed, another for another, and differs from map to map', () => {
    expect(draw(3)).toEqual(draw(3));
    expect(draw(4)).not.toEqual(draw(3));
    const [first, , second] = block!.parameters;
    const head = (offset: number) => draw(3).slice(offset, offset + 5);
    expect(head(first!.offset)).not.toEqual(head(second!.offset));
  });
});
