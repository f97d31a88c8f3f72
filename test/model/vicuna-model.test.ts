import { cp, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { vicunaV0, vicunaV1_1 } from '../../src/conversation/index.js';
import { ConfigError, VicunaError } from '../../src/core/index.js';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { llamaPresets, VicunaModel } from '../../src/model/index.js';
import type { Tokenizer } from '../../src/tokenizer/index.js';
import { openFilesUnder } from '../support/open-handles.js';
import { numericsDirectory } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';
import { tinyLlama } from '../support/tokenizers.js';

const golden = join(numericsDirectory, 'tiny-llama-gqa-tied/model');
const config = { hiddenSize: 16, layers: 2, heads: 2 };

let engine: Engine;
let tokenizer: Tokenizer;
beforeAll(async () => {
  engine = await createEngine({ backend: 'wasm' });
  tokenizer = await tinyLlama();
});
afterAll(() => engine[Symbol.asyncDispose]());

const weightsOf = (model: VicunaModel) => Promise.all(model.parameters.map((vector) => model.engine.download(vector)));
const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (reason) => reason,
  );
const json = async (...path: string[]) => JSON.parse(await readFile(join(...path), 'utf8'));

describe('creating a model', () => {
  it('takes vocabulary and end tokens from the tokenizer', async () => {
    await using model = await VicunaModel.create({ ...llamaPresets.nano, layers: 1 }, { engine, tokenizer });
    expect(model.config).toMatchObject({ vocabularySize: tokenizer.vocabularySize, beginTokenId: 1, endTokenIds: [2] });
    expect(model.id).toBe('vicuna');
    expect(model.template).toEqual(vicunaV1_1);
    expect(model.tokenizer).toBe(tokenizer);
  });

  it('draws weights that depend on the seed and the name of a parameter alone', async () => {
    const draw = async (change: object, seed: number) => {
      await using model = await VicunaModel.create({ ...config, ...change }, { engine, tokenizer, seed });
      return await weightsOf(model);
    };
    const first = await draw({}, 1);
    expect(await draw({}, 1)).toEqual(first);
    const other = await draw({}, 2);
    expect(other[0]).not.toEqual(first[0]);
    const deeper = await draw({ layers: 3 }, 1);
    expect(deeper.slice(0, 3)).toEqual(first.slice(0, 3));
    expect(deeper.at(-1)).toEqual(first.at(-1));
  });

  it('draws matrices from a normal distribution and sets norms to 1', async () => {
    await using model = await VicunaModel.create(
      { ...config, hiddenSize: 64, initializerRange: 0.05 },
      { engine, tokenizer },
    );
    const [embedding, , , head] = await weightsOf(model);
    const count = embedding!.length;
    const mean = embedding!.reduce((sum, value) => sum + value, 0) / count;
    const deviation = Math.sqrt(embedding!.reduce((sum, value) => sum + (value - mean) ** 2, 0) / count);
    // Four standard errors.
    expect(Math.abs(mean)).toBeLessThan((4 * 0.05) / Math.sqrt(count));
    expect(Math.abs(deviation / 0.05 - 1)).toBeLessThan(4 / Math.sqrt(2 * count));
    expect([...head!.subarray(0, 64)]).toEqual(new Array(64).fill(1));
  });

  it('says what cannot be', async () => {
    const before = engine.usage;
    const noVocabulary = await failure(VicunaModel.create(config, { engine }));
    expect((noVocabulary as ConfigError).issues[0]!.path).toBe('vocabularySize');
    const small = await failure(VicunaModel.create({ ...config, vocabularySize: 9 }, { engine, tokenizer }));
    expect(small).toBeInstanceOf(ConfigError);
    expect(String(small)).toMatch(new RegExp(`9 is less than the tokenizer's ${tokenizer.vocabularySize}`));
    const template = { ...vicunaV0, name: 7 } as unknown as typeof vicunaV0;
    expect(await failure(VicunaModel.create(config, { engine, tokenizer, template }))).toBeInstanceOf(ConfigError);
    expect(engine.usage).toEqual(before);
  });
});

describe('loading a model', () => {
  it('closes every file, reports progress, is named after its directory', async () => {
    const progress: number[] = [];
    const onProgress = ({ done, total }: { done: number; total?: number }) => progress.push(done / total!);
    await using model = await VicunaModel.load(`${golden}/`, { engine, onProgress });
    expect(model.id).toBe('model');
    expect(progress).toHaveLength(4);
    expect(progress.at(-1)).toBe(1);
    expect(openFilesUnder(numericsDirectory) ?? []).toEqual([]);
  });

  it('takes the end tokens of generation_config.json, as transformers does', async () => {
    const directory = await temporaryDirectory();
    await cp(golden, directory, { recursive: true });
    await writeFile(join(directory, 'generation_config.json'), JSON.stringify({ eos_token_id: [2, 9], top_p: 0.9 }));
    await using model = await VicunaModel.load(directory, { engine });
    expect(model.config.endTokenIds).toEqual([2, 9]);
    const copy = join(directory, 'copy');
    await model.save(copy);
    expect(await json(copy, 'generation_config.json')).toEqual({ bos_token_id: 1, eos_token_id: [2, 9], top_p: 0.9 });
    expect((await json(copy, 'config.json')).eos_token_id).toEqual([2, 9]);
  });

  it('leaves nothing behind when it fails or is aborted', async () => {
    const before = engine.usage;
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = () => controller.abort(reason);
    await expect(VicunaModel.load(golden, { engine, signal: controller.signal, onProgress })).rejects.toBe(reason);
    const directory = await temporaryDirectory();
    const missing = await failure(VicunaModel.load(directory, { engine }));
    expect(String(missing)).toMatch(/config\.json: there is no such file/);
    await writeFile(join(directory, 'config.json'), JSON.stringify({ model_type: 'mamba' }));
    await expect(VicunaModel.load(directory, { engine })).rejects.toMatchObject({ code: 'model-unsupported' });
    await cp(golden, directory, { recursive: true });
    await expect(
      VicunaModel.load(directory, { engine, tokenizer: { ...tokenizer, vocabularySize: 385 } }),
    ).rejects.toThrow(ConfigError);
    await writeFile(join(directory, 'generation_config.json'), JSON.stringify({ eos_token_id: '</s>' }));
    await expect(VicunaModel.load(directory, { engine })).rejects.toThrow(/eos_token_id is neither/);
    expect(engine.usage).toEqual(before);
    expect(openFilesUnder(numericsDirectory) ?? []).toEqual([]);
  });

  it('says what is there instead of a model', async () => {
    const directory = await temporaryDirectory();
    await expect(VicunaModel.load(join(directory, 'none'), { engine })).rejects.toThrow(
      /none: there is no such directory.*hf download/,
    );
    await writeFile(join(directory, 'adapter_config.json'), '{}');
    await expect(VicunaModel.load(directory, { engine })).rejects.toThrow(/this is an adapter.*mergeAdapter/);
  });

  it('disposes of an engine it made, never of one it was given', async () => {
    const model = await VicunaModel.load(golden, { engine });
    await model[Symbol.asyncDispose]();
    await model[Symbol.asyncDispose]();
    const vector = await engine.zeros(1);
    engine.release(vector);
    for (const choice of ['tfjs', { backend: 'cpu' }] as const) {
      const own = await VicunaModel.load(golden, { engine: choice });
      await own[Symbol.asyncDispose]();
      await expect(own.engine.zeros(1)).rejects.toMatchObject({ code: 'disposed' });
    }
    await expect(VicunaModel.load(golden, { engine: 'torch' as never })).rejects.toMatchObject({
      code: 'config-invalid',
    });
  });
});

describe('saving a model', () => {
  it('writes what a Hugging Face directory holds, and remembers the template', async () => {
    const directory = join(await temporaryDirectory(), 'model');
    await using model = await VicunaModel.create(config, { engine, tokenizer, template: 'vicuna_v0', seed: 4 });
    await model.save(directory);
    expect((await readdir(directory)).sort()).toEqual([
      'chat_template.jinja',
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect((await json(directory, 'config.json')).vicuna).toEqual({ template: 'vicuna_v0' });
    await using again = await VicunaModel.load(directory, { engine });
    expect(again.template).toEqual(vicunaV0);
    expect(again.config).toEqual(model.config);
    expect(await weightsOf(again)).toEqual(await weightsOf(model));
    const prompt = [{ role: 'user', content: 'Hi' }] as const;
    const options = { seed: 1, maxTokens: 8, temperature: 1 };
    expect(await again.chat(prompt, options).result).toEqual(await model.chat(prompt, options).result);
  });

  it('remembers a template of your own, and one can be passed when loading', async () => {
    const directory = join(await temporaryDirectory(), 'model');
    const template = { ...vicunaV1_1, name: 'house', systemMessage: 'Be brief.' };
    await using model = await VicunaModel.create(config, { engine, tokenizer, template });
    await model.save(directory);
    await using again = await VicunaModel.load(directory, { engine });
    expect(again.template).toEqual(template);
    await using other = await VicunaModel.load(directory, { engine, template: 'vicuna_v1.1' });
    expect(other.template).toEqual(vicunaV1_1);
    await writeFile(
      join(directory, 'config.json'),
      JSON.stringify({ ...(await json(directory, 'config.json')), vicuna: 1 }),
    );
    await expect(VicunaModel.load(directory, { engine })).rejects.toThrow(/vicuna\.template is no prompt template/);
  });

  it('replaces a model that was saved there before, and the one it was loaded from', async () => {
    const directory = join(await temporaryDirectory(), 'model');
    await using model = await VicunaModel.create(config, { engine, tokenizer });
    await model.save(directory, { maxShardBytes: 9000 });
    expect((await readdir(directory)).length).toBeGreaterThan(7);
    await writeFile(join(directory, 'NOTES.md'), 'mine');
    await using loaded = await VicunaModel.load(directory, { engine });
    await loaded.save(directory, { dtype: 'bfloat16' });
    expect((await readdir(directory)).sort()).toEqual([
      'NOTES.md',
      'chat_template.jinja',
      'config.json',
      'generation_config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect((await json(directory, 'config.json')).dtype).toBe('bfloat16');
  });

  it('refuses a directory that holds something else, unless told to', async () => {
    const directory = await temporaryDirectory();
    await cp(golden, directory, { recursive: true });
    await using model = await VicunaModel.load(directory, { engine });
    const refused = await failure(model.save(directory));
    expect(VicunaError.isInstance(refused) && refused.code).toBe('file-unwritable');
    await model.save(directory, { overwrite: true });
    expect((await readdir(directory)).sort()).toEqual(['config.json', 'generation_config.json', 'model.safetensors']);
  });

  it('leaves nothing half written when it is aborted or cannot be', async () => {
    const parent = await temporaryDirectory();
    await using model = await VicunaModel.create(config, { engine, tokenizer });
    const controller = new AbortController();
    const reason = new Error('enough');
    const onProgress = () => controller.abort(reason);
    await expect(model.save(join(parent, 'model'), { signal: controller.signal, onProgress })).rejects.toBe(reason);
    await engine.write(model.parameters[0]!, new Float32Array(model.parameters[0]!.length).fill(1e30));
    await expect(model.save(join(parent, 'model'), { dtype: 'float16' })).rejects.toMatchObject({
      code: 'model-unsupported',
    });
    await expect(model.save(join(parent, 'model'), { dtype: 'int4' as 'float16' })).rejects.toThrow(ConfigError);
    expect(await readdir(parent)).toEqual([]);
    await mkdir(join(parent, 'plain'));
    await writeFile(join(parent, 'plain/file'), '');
    await expect(model.save(join(parent, 'plain/file'))).rejects.toMatchObject({ code: 'file-unwritable' });
  });
});

describe('evaluating a text', () => {
  it('is the mean loss of its tokens, however long it is', async () => {
    const text = 'the user asks the other user. '.repeat(12);
    await using short = await VicunaModel.create({ ...config, contextLength: 64 }, { engine, tokenizer, seed: 1 });
    await using long = await VicunaModel.create({ ...config, contextLength: 512 }, { engine, tokenizer, seed: 1 });
    const { ids } = await tokenizer.encode(text);
    expect(ids.length).toBeGreaterThan(160);
    const losses = await long.tokenLosses(ids);
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / (ids.length - 1);
    const whole = await long.evaluate(text);
    expect(whole.tokens).toBe(ids.length - 1);
    expect(whole.loss).toBeCloseTo(mean, 6);
    expect(whole.perplexity).toBeCloseTo(Math.exp(mean), 3);
    // Windows see less before each token, so their losses differ a little; their number does not.
    const windows = await short.evaluate(text);
    expect(windows.tokens).toBe(ids.length - 1);
    expect(Math.abs(windows.loss - mean)).toBeLessThan(0.01);
    expect(windows.loss).not.toBe(whole.loss);
    expect(await short.evaluate('')).toEqual({ tokens: 0, loss: 0, perplexity: 1 });
  });
});
