import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ggufName } from '../../src/checkpoint/gguf/llama-tensors.js';
import type { GgufEntry, GgufScalar } from '../../src/checkpoint/gguf/metadata.js';
import { writeGguf } from '../../src/checkpoint/gguf/writer.js';
import { VicunaError } from '../../src/core/index.js';
import { createEngine, type Engine, modelBlocks } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { bytesOf } from '../checkpoint/small-model.js';
import { difference } from '../support/differences.js';
import { hasPythonPackage, python } from '../support/python.js';
import { randomParameters, smallShape } from '../support/random-model.js';
import { projectDirectory } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';
import { tinyLlama } from '../support/tokenizers.js';

const hasGguf = await hasPythonPackage('gguf');
const run = promisify(execFile);
const tokens = [1, 17, 29, 50, 3];

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine();
});
afterAll(async () => {
  expect(engine.usage).toEqual({ handles: 0, bytes: 0 });
  await engine[Symbol.asyncDispose]();
});

describe.skipIf(!hasGguf)('a file that the gguf package wrote', () => {
  it.each(['F32', 'F16', 'Q8_0', 'BF16'] as const)('is the same model as %s', async (type) => {
    const folder = await temporaryDirectory();
    const directory = join(folder, 'model');
    const config = { hiddenSize: 64, layers: 2, heads: 4, keyValueHeads: 2, ffnSize: 192, vocabularySize: 300 };
    await using model = await VicunaModel.create({ ...config, initializerRange: 0.2 }, { engine, seed: 5 });
    await model.save(directory);
    await run(python!, [
      join(projectDirectory, 'bench/peers/to_gguf.py'),
      directory,
      join(folder, 'theirs.gguf'),
      type,
    ]);
    await using theirs = await VicunaModel.load(join(folder, 'theirs.gguf'), { engine });
    expect(theirs.config).toMatchObject(config);
    const logits = await theirs.logits(tokens);
    if (type === 'BF16') {
      expect(difference(logits, await model.logits(tokens)).relative).toBeLessThan(0.02);
      return;
    }
    await model.saveGguf(join(folder, 'ours.gguf'), { type });
    await using ours = await VicunaModel.load(join(folder, 'ours.gguf'), { engine });
    expect(bytesOf(logits).equals(bytesOf(await ours.logits(tokens)))).toBe(true);
  });
});

const text = (value: string): GgufEntry => ({ kind: 'string', value });
const count = (value: number): GgufEntry => ({ kind: 'uint32', value });
const float = (value: number): GgufEntry => ({ kind: 'float32', value });
const list = (element: 'string' | 'int32' | 'float32', value: readonly GgufScalar[]): GgufEntry => ({
  kind: 'array',
  element,
  value,
});

/** As little as a file of a LLaMA says. */
const least: Readonly<Record<string, GgufEntry>> = {
  'general.architecture': text('llama'),
  'llama.context_length': count(64),
  'llama.embedding_length': count(smallShape.hiddenSize),
  'llama.block_count': count(smallShape.layers),
  'llama.feed_forward_length': count(smallShape.ffnSize),
  'llama.attention.head_count': count(smallShape.heads),
  'llama.attention.layer_norm_rms_epsilon': float(1e-5),
};

type Tensor = { readonly name: string; readonly shape: readonly number[]; readonly values: Float32Array };

/** Writes a LLaMA of {@link smallShape}. */
async function fileOf(
  entries: Readonly<Record<string, GgufEntry | undefined>> = {},
  change: (tensors: Tensor[]) => readonly Tensor[] = (tensors) => tensors,
): Promise<string> {
  const path = join(await temporaryDirectory(), 'model.gguf');
  const vectors = randomParameters(smallShape, 3);
  const tensors = modelBlocks(smallShape).flatMap(({ parameters }, block) =>
    parameters.map(({ name, shape, offset, size }) => ({
      name: ggufName(name),
      shape,
      values: vectors[block]!.subarray(offset, offset + size),
    })),
  );
  const metadata = Object.entries({ ...least, ...entries }).filter(
    (entry): entry is [string, GgufEntry] => entry[1] !== undefined,
  );
  const typed = change(tensors).map((tensor) => ({ ...tensor, type: 'F32' as const }));
  await writeGguf(path, new Map(metadata), typed, ({ values }) => values, {});
  return path;
}

async function refusal(path: string): Promise<VicunaError> {
  const error: unknown = await VicunaModel.load(path, { engine }).then(
    async (model) => model[Symbol.asyncDispose](),
    (reason: unknown) => reason,
  );
  if (!VicunaError.isInstance(error)) throw new Error(`expected a VicunaError, got ${error}`, { cause: error });
  expect(error.message.startsWith(path)).toBe(true);
  return error;
}

describe('a GGUF file of another writer', () => {
  it('may leave out what llama.cpp has defaults for', async () => {
    await using model = await VicunaModel.load(await fileOf(), { engine });
    const { layers, heads, keyValueHeads, headSize, rope, rmsNormEpsilon, tiedEmbeddings } = model.config;
    expect({ layers, heads, keyValueHeads, headSize, rope, rmsNormEpsilon, tiedEmbeddings }).toEqual({
      layers: 2,
      heads: 3,
      keyValueHeads: 3,
      headSize: 8,
      rope: { theta: 10_000 },
      rmsNormEpsilon: 1e-5,
      tiedEmbeddings: false,
    });
    expect(model.id).toBe('model');
    expect(() => model.tokenizer).toThrow(/has no tokenizer/);
  });

  it('may list heads by layer, and scale positions under the old name or the new', async () => {
    const heads = list('int32', [3, 3]);
    const newName = { 'llama.rope.scaling.type': text('linear'), 'llama.rope.scaling.factor': float(4) };
    for (const scaling of [newName, { 'llama.rope.scale_linear': float(4) }]) {
      await using model = await VicunaModel.load(await fileOf({ 'llama.attention.head_count_kv': heads, ...scaling }), {
        engine,
      });
      expect(model.config.rope).toEqual({ theta: 10_000, scaling: { type: 'linear', factor: 4 } });
      expect(model.config.contextLength).toBe(64);
    }
  });

  it('may leave out the head, which then is the embedding', async () => {
    const path = await fileOf({}, (tensors) => tensors.filter(({ name }) => name !== 'output.weight'));
    await using model = await VicunaModel.load(path, { engine });
    expect(model.config.tiedEmbeddings).toBe(true);
  });

  it.each<[string, Record<string, GgufEntry>, RegExp]>([
    ['another architecture', { 'general.architecture': text('falcon') }, /architecture is "falcon"/],
    ['experts', { 'llama.expert_count': count(8) }, /expert_count is 8/],
    ['a rope of part of a head', { 'llama.rope.dimension_count': count(4) }, /dimension_count is 4/],
    ['yarn', { 'llama.rope.scaling.type': text('yarn'), 'llama.rope.scaling.factor': float(4) }, /type is "yarn"/],
    [
      'values of another size',
      { 'llama.attention.key_length': count(8), 'llama.attention.value_length': count(4) },
      /keys have 8 numbers and values 4/,
    ],
  ])('is refused for %s, as unsupported', async (_, entries, message) => {
    const error = await refusal(await fileOf(entries));
    expect(error.code).toBe('model-unsupported');
    expect(error.message).toMatch(message);
  });

  it('is refused for biases and for rope factors of no known scaling', async () => {
    const added = (tensor: Tensor) => (tensors: Tensor[]) => [...tensors, tensor];
    const bias = { name: 'blk.0.attn_q.bias', shape: [24], values: new Float32Array(24) };
    expect((await refusal(await fileOf({}, added(bias)))).message).toMatch(/Biases are not computed/);
    const factors = { name: 'rope_freqs.weight', shape: [4], values: Float32Array.of(1, 2, 3, 4) };
    expect((await refusal(await fileOf({}, added(factors)))).message).toMatch(
      /rope_freqs\.weight is not that of LLaMA 3/,
    );
    const wide = { 'llama.attention.key_length': count(2 ** 32 - 2) };
    expect(
      (await refusal(await fileOf({ ...wide, 'llama.rope.dimension_count': undefined }, added(factors)))).message,
    ).toMatch(/4 numbers for heads of 4294967294/);
  });

  it.each<[string, Record<string, GgufEntry | undefined>, RegExp]>([
    ['without layers', { 'llama.block_count': undefined }, /llama\.block_count/],
    ['with a text where a number belongs', { 'llama.block_count': text('two') }, /block_count is "two", not a whole/],
    ['with an absurd width', { 'llama.embedding_length': count(4_000_000_000) }, /embedding_length/],
    [
      'with heads that differ',
      { 'llama.attention.head_count_kv': list('int32', [3, 1]) },
      /differs from layer to layer/,
    ],
    ['with more layers than tensors', { 'llama.block_count': count(3) }, /missing: blk\.2\.attn_norm\.weight/],
    ['with fewer layers than tensors', { 'llama.block_count': count(1) }, /belong to no LLaMA: blk\.1\./],
    ['with another width than its tensors', { 'llama.feed_forward_length': count(21) }, /asks for \[21, 24\]/],
    [
      'with a token outside of the vocabulary',
      { 'tokenizer.ggml.padding_token_id': count(99) },
      /outside the vocabulary/,
    ],
    [
      'with a template that is none',
      { 'vicuna.template': text('{"name":1}') },
      /vicuna\.template is no prompt template/,
    ],
  ])('is refused %s, as unreadable', async (_, entries, message) => {
    const error = await refusal(await fileOf(entries));
    expect(error.code).toBe('model-unreadable');
    expect(error.message).toMatch(message);
  });
});

describe('a GGUF file with any bytes of its header changed', () => {
  it('is loaded or refused with a VicunaError, and nothing else happens', async () => {
    const path = await fileOf();
    const tokenizer = await tinyLlama();
    await using model = await VicunaModel.create({ hiddenSize: 16, layers: 1, heads: 2 }, { engine, tokenizer });
    await model.saveGguf(path, { overwrite: true });
    const original = await readFile(path);
    const header = original.lastIndexOf('output.weight');
    // Near the counts, kinds and lengths of numbers, as often as in the long lists of pieces.
    const place = fc.oneof(fc.nat(header + 40), fc.nat(1500), fc.integer({ min: header - 900, max: header + 40 }));
    const change = fc.tuple(place, fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 128, 255)));
    let accepted = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(original);
        for (const [at, value] of changes) bytes[at] = value;
        await writeFile(path, bytes);
        try {
          await using again = await VicunaModel.load(path, { engine });
          expect((await again.logits([1, 2])).length).toBe(2 * again.config.vocabularySize);
          accepted++;
        } catch (error) {
          if (!VicunaError.isInstance(error)) throw error;
        }
      }),
      { numRuns: 300 },
    );
    expect(accepted).toBeGreaterThan(0);
  });
});

describe('a tokenizer that cannot be rebuilt', () => {
  const pieces = ['<unk>', '<s>', '</s>', 'a', 'b', 'ab', 'c', 'bc'];
  const sentencePiece = {
    'tokenizer.ggml.model': text('llama'),
    'tokenizer.ggml.tokens': list('string', pieces),
    'tokenizer.ggml.token_type': list('int32', [2, 3, 3, 1, 1, 1, 1, 1]),
    'tokenizer.ggml.scores': list('float32', [0, 0, 0, -9, -9, -1, -9, -2]),
  };

  it('is not this one: ids are those that scores say', async () => {
    await using model = await VicunaModel.load(await fileOf(sentencePiece), { engine });
    const { ids } = await model.tokenizer.encode('abc', { addSpecialTokens: false });
    expect([...ids].slice(-2)).toEqual([5, 6]);
  });

  it.each<[string, Record<string, GgufEntry>, RegExp]>([
    ['is of another kind', { 'tokenizer.ggml.model': text('bert') }, /model "bert".*cannot be rebuilt/],
    [
      'cuts texts in an unknown way',
      {
        'tokenizer.ggml.model': text('gpt2'),
        'tokenizer.ggml.pre': text('tekken'),
        'tokenizer.ggml.merges': list('string', ['a b']),
      },
      /pre "tekken"/,
    ],
    [
      'has no merges',
      { 'tokenizer.ggml.model': text('gpt2'), 'tokenizer.ggml.pre': text('gpt-2') },
      /no list of merges/,
    ],
    [
      'has one score for all',
      {
        'tokenizer.ggml.scores': list(
          'float32',
          pieces.map(() => -1000),
        ),
      },
      /all scores .* the same/,
    ],
    ['lacks scores', { 'tokenizer.ggml.scores': list('float32', [1]) }, /no score for every piece/],
    [
      'has a piece twice',
      { 'tokenizer.ggml.tokens': list('string', [...pieces.slice(0, 7), 'a']) },
      /1 pieces more than once/,
    ],
  ])('that %s, is asked for', async (_, entries, message) => {
    const path = await fileOf({ ...sentencePiece, ...entries });
    const error = await refusal(path);
    expect(error.code).toBe('tokenizer-unreadable');
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/\{ tokenizer: await loadTokenizer\(path\) \}/);
  });

  it('is not looked at where another is given', async () => {
    const path = await fileOf({ ...sentencePiece, 'tokenizer.ggml.model': text('bert') });
    const tokenizer = await tinyLlama();
    await expect(VicunaModel.load(path, { engine, tokenizer })).rejects.toMatchObject({ code: 'config-invalid' });
  });
});
