import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { HuggingFaceWeights, SafetensorsFile, writeSafetensors } from '../../src/checkpoint/index.js';
import { type ModelShape, modelBlocks } from '../../src/engine/index.js';
import { numericsDirectory } from '../support/shared-data.js';
import { checkpointError, openHandles, temporaryFolder } from './files.js';
import { bytesOf, readAll, shape, tiedShape } from './small-model.js';

const folder = temporaryFolder();
type Tensors = Record<string, { shape: readonly number[]; values: Float32Array }>;

/** Every tensor of a model, each filled with numbers of its own. */
function tensorsOf(model: ModelShape): Tensors {
  const parameters = modelBlocks(model).flatMap((block) => block.parameters);
  return Object.fromEntries(
    parameters.map(({ name, size, shape }, number) => [
      name,
      { shape, values: Float32Array.from({ length: size }, (_, index) => number * 64 + index) },
    ]),
  );
}

let directories = 0;
/** A model directory that holds these tensors in one file, or as the index places them. */
async function directoryOf(tensors: Tensors, place?: (name: string) => string): Promise<string> {
  const directory = join(folder, `model-${directories++}`);
  await mkdir(directory);
  const fileOf = (name: string) => place?.(name) ?? 'model.safetensors';
  const names = Object.keys(tensors);
  for (const file of new Set(names.length === 0 ? [fileOf('')] : names.map(fileOf)))
    await writeSafetensors(
      join(directory, file),
      names.filter((name) => fileOf(name) === file).map((name) => ({ name, shape: tensors[name]!.shape })),
      ({ name }) => tensors[name]!.values,
      { dtype: 'float32' },
    );
  if (place !== undefined) {
    const weight_map = Object.fromEntries(Object.keys(tensors).map((name) => [name, place(name)]));
    await writeFile(join(directory, 'model.safetensors.index.json'), JSON.stringify({ metadata: {}, weight_map }));
  }
  return directory;
}

async function refusal(directory: string, model = shape) {
  const before = await openHandles();
  const error = await checkpointError(HuggingFaceWeights.open(directory, model));
  expect(await openHandles(), 'a refused directory must be closed').toBe(before);
  return error;
}

describe('the weights of a Hugging Face directory', () => {
  it('fill each block by the layout of the engine', async () => {
    const tensors = tensorsOf(shape);
    const before = await openHandles();
    {
      await using weights = await HuggingFaceWeights.open(await directoryOf(tensors), shape);
      const blocks = await readAll(weights);
      for (const [index, { parameters }] of weights.blocks.entries())
        for (const { name, offset, size } of parameters)
          expect(blocks[index]!.subarray(offset, offset + size), name).toEqual(tensors[name]!.values);
    }
    expect(await openHandles()).toBe(before);
  });

  it('may be in shards that cut through a layer, where only the index says what is whose', async () => {
    const tensors = tensorsOf(shape);
    const place = (name: string) => `part-${(name.length % 3) + 1}.safetensors`;
    const directory = await directoryOf(tensors, place);
    const whole = await directoryOf(tensors);
    // A stale copy of another tensor in a shard that the index does not send us to.
    const stray = { 'model.norm.weight': { shape: [4], values: new Float32Array(4).fill(-1) } };
    const shard = ['part-1.safetensors', 'part-2.safetensors', 'part-3.safetensors'].find(
      (file) => file !== place('model.norm.weight'),
    )!;
    const own = Object.fromEntries(Object.entries(tensors).filter(([name]) => place(name) === shard));
    const names = { ...own, ...stray } as Tensors;
    await writeSafetensors(
      join(directory, shard),
      Object.entries(names).map(([name, { shape }]) => ({ name, shape })),
      ({ name }) => names[name]!.values,
      { dtype: 'float32' },
    );
    await using sharded = await HuggingFaceWeights.open(directory, shape);
    await using single = await HuggingFaceWeights.open(whole, shape);
    expect(await readAll(sharded)).toEqual(await readAll(single));
  });

  it.each(['tiny-llama-mha', 'tiny-llama-linear-rope'])('of %s are those of its file', async (name) => {
    const directory = join(numericsDirectory, name, 'model');
    const config = JSON.parse(await readFile(join(directory, 'config.json'), 'utf8'));
    await using weights = await HuggingFaceWeights.open(directory, {
      ...shape,
      vocabularySize: config.vocab_size,
      hiddenSize: config.hidden_size,
      layers: config.num_hidden_layers,
      heads: config.num_attention_heads,
      keyValueHeads: config.num_key_value_heads,
      headSize: config.head_dim,
      ffnSize: config.intermediate_size,
    });
    await using file = await SafetensorsFile.open(join(directory, 'model.safetensors'));
    const blocks = await readAll(weights);
    for (const [index, { parameters }] of weights.blocks.entries())
      for (const { name, offset, size } of parameters)
        expect(
          bytesOf(await file.read(name)).equals(bytesOf(blocks[index]!.subarray(offset, offset + size))),
          name,
        ).toBe(true);
  });

  it('may hold the rotary frequencies of old releases', async () => {
    const inverse = { shape: [1], values: Float32Array.of(1) };
    const directory = await directoryOf({
      ...tensorsOf(shape),
      'model.layers.0.self_attn.rotary_emb.inv_freq': inverse,
    });
    await using weights = await HuggingFaceWeights.open(directory, shape);
    expect(weights.blocks).toHaveLength(4);
  });

  it('name what is missing and what is too much', async () => {
    const { 'model.layers.1.mlp.up_proj.weight': moved, ...tensors } = tensorsOf(shape);
    const error = await refusal(await directoryOf({ ...tensors, 'model.layers.1.mlp.up_proj.bias': moved! }));
    expect(error.message).toMatch(/missing: model\.layers\.1\.mlp\.up_proj\.weight\./);
    expect(error.message).toMatch(/no LLaMA of this config.json: model\.layers\.1\.mlp\.up_proj\.bias\./);
    const empty = await refusal(await directoryOf({}));
    expect(empty.message).toMatch(/and 11 more\. Check/);
  });

  it('have to have the configured shape', async () => {
    const error = await refusal(await directoryOf(tensorsOf({ ...shape, vocabularySize: 7 })));
    expect(error.tensor).toBe('model.embed_tokens.weight');
    expect(error.message).toMatch(/shape is \[7, 4\], but config.json asks for \[6, 4\]/);
  });
});

describe('tied embeddings', () => {
  const { 'lm_head.weight': head, ...withoutHead } = tensorsOf(shape);
  const embedding = withoutHead['model.embed_tokens.weight']!;

  const open = async (tensors: Tensors) => {
    await using weights = await HuggingFaceWeights.open(await directoryOf(tensors), tiedShape);
    return { tied: weights.shape.tiedEmbeddings, blocks: await readAll(weights) };
  };

  it('are tied where the file has the embedding alone, or the head alone, or both and equal', async () => {
    const alone = await open(withoutHead);
    expect(alone.tied).toBe(true);
    expect(await open({ ...withoutHead, 'lm_head.weight': embedding })).toEqual(alone);
    const { 'model.embed_tokens.weight': _, ...headOnly } = withoutHead;
    expect(await open({ ...headOnly, 'lm_head.weight': embedding })).toEqual(alone);
  });

  it('are not tied where the file has both and they differ, though config.json says so', async () => {
    const { tied, blocks } = await open({ ...withoutHead, 'lm_head.weight': head! });
    expect(tied).toBe(false);
    expect(blocks.at(-1)!.subarray(4)).toEqual(head!.values);
  });

  it('are not guessed where config.json does not tie them and the head is missing', async () => {
    const error = await refusal(await directoryOf(withoutHead));
    expect(error.message).toMatch(/missing: lm_head\.weight\..*"tie_word_embeddings": true/);
  });
});

describe('a directory that cannot be read', () => {
  const withFiles = async (...names: string[]) => {
    const directory = join(folder, `foreign-${directories++}`);
    await mkdir(directory);
    for (const name of names) await writeFile(join(directory, name), '{}');
    return directory;
  };

  it('says how to convert weights of PyTorch', async () => {
    const error = await refusal(await withFiles('pytorch_model-00001-of-00002.bin', 'config.json'));
    expect(error.message).toMatch(/pytorch_model-00001-of-00002\.bin.*safe_serialization=True/);
  });

  it('says what it found instead', async () => {
    expect((await refusal(await withFiles('model.ckpt'))).message).toMatch(/not read here \(model\.ckpt\)/);
    expect((await refusal(await withFiles('model.gguf'))).message).toMatch(/Name the file itself: .*model\.gguf/);
    expect((await refusal(await withFiles())).message).toMatch(/neither model\.safetensors nor/);
    const absent = HuggingFaceWeights.open(join(folder, 'absent'), shape);
    await expect(absent).rejects.toMatchObject({ code: 'file-unreadable' });
  });

  it.each([
    '../secret.safetensors',
    '/etc/secret.safetensors',
    'a\\b.safetensors',
    '.hidden.safetensors',
    'x/y.safetensors',
    'weights.bin',
    7,
  ])('is refused when its index points to %j', async (target) => {
    const directory = await withFiles();
    await writeFile(
      join(directory, 'model.safetensors.index.json'),
      JSON.stringify({ weight_map: { 'model.norm.weight': target } }),
    );
    expect((await refusal(directory)).message).toMatch(/not the plain name of a \.safetensors file/);
  });

  it('is refused when its index is not JSON, has no map, or names what is not there', async () => {
    const directory = await withFiles('model.safetensors.index.json');
    const index = join(directory, 'model.safetensors.index.json');
    expect((await refusal(directory)).message).toMatch(/no weight_map/);
    await writeFile(index, '{"weight_map":');
    expect((await refusal(directory)).message).toMatch(/not valid JSON/);
    await writeFile(index, JSON.stringify({ weight_map: { 'model.norm.weight': 'model-1.safetensors' } }));
    const absent = expect.stringContaining('model-1.safetensors cannot be read');
    await expect(HuggingFaceWeights.open(directory, shape)).rejects.toMatchObject({ message: absent });
    await writeSafetensors(join(directory, 'model-1.safetensors'), [], () => new Float32Array(), { dtype: 'float32' });
    expect((await refusal(directory)).message).toMatch(/index says it is in this file, but it is not/);
  });
});
