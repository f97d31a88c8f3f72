import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GgufFile } from '../../src/checkpoint/index.js';
import { replyShape } from '../../src/conversation/index.js';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { exportGguf, VicunaModel } from '../../src/model/index.js';
import { loadTokenizer, trainTokenizer } from '../../src/tokenizer/index.js';
import { bytesOf } from '../checkpoint/small-model.js';
import { difference } from '../support/differences.js';
import { goldenModels } from '../support/goldens.js';
import { nativeAddon } from '../support/native.js';
import { numericsDirectory } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';
import { filesOf, llamaTokenizerPath, tinyLlama, tinyLlamaJson } from '../support/tokenizers.js';

const directoryOf = (name: string) => join(numericsDirectory, name, 'model');
const texts = [
  'Hello world',
  'the USER asks </s> twice',
  ' leading and  double   spaces ',
  '🦙 llamas, naïve façades\n\n\ttabs\n',
  'ASSISTANT: 12345 words; and (more) "quoted" ones…',
  '',
];
const tokens = Array.from({ length: 40 }, (_, index) => (index * 37 + 1) % 320);

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});
afterAll(async () => {
  expect(engine.usage).toEqual({ handles: 0, bytes: 0 });
  await engine[Symbol.asyncDispose]();
});

/** Every weight of a model. */
async function weightsOf(model: VicunaModel): Promise<Float32Array[]> {
  return Promise.all(model.parameters.map((vector) => engine.download(vector, new Float32Array(vector.length))));
}

describe.each(goldenModels)('%s, written as GGUF and loaded again', (name) => {
  it('is the same to the bit as F32: weights, configuration, logits', async () => {
    const path = join(await temporaryDirectory(), 'model.gguf');
    await using model = await VicunaModel.load(directoryOf(name), { engine });
    await model.saveGguf(path, { type: 'F32' });
    await using again = await VicunaModel.load(path, { engine });
    const [read, written] = [await weightsOf(again), await weightsOf(model)];
    for (const [block, values] of read.entries()) expect(bytesOf(values).equals(bytesOf(written[block]!))).toBe(true);
    // GGUF has no place for what new weights are drawn from and for the padding of other software.
    expect(again.config).toEqual({ ...model.config, padTokenId: null, initializerRange: 0.02 });
    expect(bytesOf(await again.logits(tokens)).equals(bytesOf(await model.logits(tokens)))).toBe(true);
  });

  it.each([
    ['F16', 2 ** -11],
    ['Q8_0', 1 / 254 + 2 ** -11],
  ] as const)('is near the original as %s', async (type, relative) => {
    const path = join(await temporaryDirectory(), 'model.gguf');
    await using model = await VicunaModel.load(directoryOf(name), { engine });
    await model.saveGguf(path, { type });
    await using again = await VicunaModel.load(path, { engine });
    const expected = await weightsOf(model);
    for (const [block, values] of (await weightsOf(again)).entries()) {
      const largest = expected[block]!.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      expect(difference(values, expected[block]!).maximum).toBeLessThan(largest * relative + 2 ** -24);
    }
  });

  it('is the same file whether it was loaded or read from its directory', async () => {
    const parent = await temporaryDirectory();
    await using model = await VicunaModel.load(directoryOf(name), { engine });
    await model.saveGguf(join(parent, 'loaded.gguf'), { type: 'Q8_0' });
    const progress: number[] = [];
    const onProgress = ({ done, total }: { done: number; total?: number }) => progress.push(done / total!);
    await exportGguf(directoryOf(name), join(parent, 'read.gguf'), { type: 'Q8_0', onProgress });
    const [read, loaded] = await Promise.all(['read', 'loaded'].map((file) => readFile(join(parent, `${file}.gguf`))));
    expect(read!.equals(loaded!)).toBe(true);
    expect(progress.at(-1)).toBe(1);
    expect(progress).toEqual([...progress].sort((one, other) => one - other));
  });
});

describe('the tokenizer of a GGUF file', () => {
  const config = { hiddenSize: 64, layers: 1, heads: 2, ffnSize: 64, contextLength: 64 };

  async function roundTrip(tokenizer: Awaited<ReturnType<typeof tinyLlama>>): Promise<VicunaModel> {
    const path = join(await temporaryDirectory(), 'model.gguf');
    await using model = await VicunaModel.create(
      { ...config, vocabularySize: tokenizer.vocabularySize + 3 },
      { engine, tokenizer },
    );
    await model.saveGguf(path, { type: 'F32' });
    return VicunaModel.load(path, { engine });
  }

  async function expectSame(tokenizer: Awaited<ReturnType<typeof tinyLlama>>, others: readonly string[] = []) {
    await using again = await roundTrip(tokenizer);
    const own = again.tokenizer;
    for (const text of [...texts, ...others]) {
      const [mine, theirs] = [await own.encode(text), await tokenizer.encode(text)];
      expect([...mine.ids], text).toEqual([...theirs.ids]);
      expect(await own.decode(mine.ids)).toBe(await tokenizer.decode(theirs.ids));
    }
    expect(own.beginToken).toEqual(tokenizer.beginToken);
    expect(own.endToken).toEqual(tokenizer.endToken);
    expect([...own.specialTokens].sort()).toEqual([...tokenizer.specialTokens].sort());
    expect(replyShape(again.template).endToken).toBe(tokenizer.endToken.text);
  }

  it("is rebuilt from LLaMA's pieces and scores", async () => {
    await expectSame(await tinyLlama());
  });

  it('is rebuilt where no space is put in front, and no begin token', async () => {
    const json = tinyLlamaJson();
    const [, replace] = (json.normalizer as { normalizers: unknown[] }).normalizers;
    const decoders = (json.decoder as { decoders: unknown[] }).decoders.slice(0, 3);
    await expectSame(
      await tinyLlama({
        normalizer: { type: 'Sequence', normalizers: [replace] },
        decoder: { type: 'Sequence', decoders },
        post_processor: null,
      }),
    );
  });

  it.skipIf(llamaTokenizerPath === undefined)("is rebuilt from the real LLaMA's", async () => {
    const prose = await readFile(join(numericsDirectory, '../../../README.md'), 'utf8');
    await expectSame(await loadTokenizer(llamaTokenizerPath!), prose.match(/[\s\S]{1,500}/g)!);
  });

  it('is rebuilt from bytes and merges', async () => {
    const training = trainTokenizer(
      texts.map((text) => `${text} and more of the same, ${text}`),
      { vocabularySize: 400 },
    );
    await expectSame(await training.result);
  });

  it('is refused with the piece at fault where llama.cpp would merge otherwise', async () => {
    const json = tinyLlamaJson();
    const tokenizer = await tinyLlama({ model: { ...json.model, merges: json.model.merges.slice(1) } });
    await using model = await VicunaModel.create(config, { engine, tokenizer });
    const path = join(await temporaryDirectory(), 'model.gguf');
    await expect(model.saveGguf(path)).rejects.toMatchObject({ code: 'tokenizer-unreadable' });
    await expect(model.saveGguf(path)).rejects.toThrow(/llama\.cpp would merge "U" and "S"/);
    await model.saveGguf(path, { tokenizer: false });
    await using again = await VicunaModel.load(path, { engine, tokenizer });
    expect(again.config.endTokenIds).toEqual([2]);
  });
});

describe('saving a GGUF file', () => {
  it('keeps the template, the name and the roles of tokens', async () => {
    const directory = await filesOf({ 'tokenizer.json': tinyLlamaJson() });
    const tokenizer = await loadTokenizer(directory);
    const path = join(directory, 'm.gguf');
    await using model = await VicunaModel.create(
      { hiddenSize: 32, layers: 1, heads: 2, endTokenIds: [2, 5] },
      { engine, tokenizer, template: 'vicuna_v0', id: 'my llama' },
    );
    await model.saveGguf(path);
    await using again = await VicunaModel.load(path, { engine });
    expect(again.template).toEqual(model.template);
    expect(again.id).toBe('my llama');
    expect(again.config).toMatchObject({ beginTokenId: 1, endTokenIds: [2, 5] });
    expect(again.tokenizer.endTokenIds).toEqual([2, 5]);
    await using file = await GgufFile.open(path);
    expect(file.fields.text('tokenizer.chat_template')).toContain('"Human: "');
    expect(file.fields.integer('general.file_type')).toBe(1);
    expect([...file.tensors.values()].map(({ type, shape }) => [shape.length, type])).toContainEqual([1, 'F32']);
  });

  it('replaces a GGUF file, and nothing else unless told to', async () => {
    const directory = await temporaryDirectory();
    const path = join(directory, 'model.gguf');
    await writeFile(path, 'my diary');
    await using model = await VicunaModel.load(directoryOf('tiny-llama-mha'), { engine });
    await expect(model.saveGguf(path)).rejects.toMatchObject({ code: 'file-unwritable' });
    expect(await readFile(path, 'utf8')).toBe('my diary');
    await model.saveGguf(path, { overwrite: true, type: 'F32' });
    const { size } = await stat(path);
    await model.saveGguf(path, { type: 'Q8_0' });
    expect((await stat(path)).size).toBeLessThan(size);
    expect(await readdir(directory)).toEqual(['model.gguf']);
  });

  it('leaves nothing behind when it is aborted or a number does not fit', async () => {
    const directory = await temporaryDirectory();
    await mkdir(join(directory, 'out'));
    const path = join(directory, 'out/model.gguf');
    await using model = await VicunaModel.load(directoryOf('tiny-llama-mha'), { engine });
    const controller = new AbortController();
    const onProgress = () => controller.abort(new Error('enough'));
    await expect(model.saveGguf(path, { signal: controller.signal, onProgress })).rejects.toThrow('enough');
    const vector = model.parameters[1]!;
    const values = await engine.download(vector, new Float32Array(vector.length));
    values[200] = 1e30;
    await engine.write(vector, values);
    await expect(model.saveGguf(path, { type: 'F16' })).rejects.toMatchObject({ code: 'model-unsupported' });
    expect(await readdir(join(directory, 'out'))).toEqual([]);
  });

  it('is refused for wrong options', async () => {
    const path = join(await temporaryDirectory(), 'model.gguf');
    await using model = await VicunaModel.load(directoryOf('tiny-llama-mha'), { engine });
    await expect(model.saveGguf(path, { type: 'Q4_0' as 'F32' })).rejects.toMatchObject({ code: 'config-invalid' });
  });

  it.skipIf(nativeAddon === undefined)(
    'is refused for weights that were rounded, which a GGUF file may be loaded as',
    async () => {
      const path = join(await temporaryDirectory(), 'model.gguf');
      await exportGguf(directoryOf('tiny-llama-mha'), path, { type: 'F32' });
      await using rounded = await VicunaModel.load(path, { engine: 'native', weights: 'int8' });
      await using same = await VicunaModel.load(directoryOf('tiny-llama-mha'), {
        engine: rounded.engine,
        weights: 'int8',
      });
      expect(bytesOf(await rounded.logits(tokens)).equals(bytesOf(await same.logits(tokens)))).toBe(true);
      await expect(rounded.saveGguf(`${path}.again`)).rejects.toMatchObject({ code: 'weights-unsupported' });
    },
  );
});
