import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/index.js';
import { type SaveOptions, VicunaModel } from '../../src/model/index.js';
import type { Tokenizer } from '../../src/tokenizer/index.js';
import { difference } from '../support/differences.js';
import { goldenModels, tolerance } from '../support/goldens.js';
import { python, runPython } from '../support/python.js';
import { numericsDirectory } from '../support/shared-data.js';
import { tinyLlama } from '../support/tokenizers.js';

interface Loaded {
  readonly logits: number[];
  readonly missing: string[];
  readonly unexpected: string[];
  readonly tied: boolean;
  readonly dtype: string;
  readonly eos: number | number[] | null;
  readonly warnings: string[];
  readonly vicuna: unknown;
  readonly ids?: number[];
  readonly text?: string;
}

const tokens = Array.from({ length: 40 }, (_, index) => (index * 37 + 1) % 320);
const text = 'the USER asks </s> 🦙 twice';
const dtypes = ['float32', 'bfloat16', 'float16'] as const;

interface Saved {
  readonly directory: string;
  readonly text: string | null;
  readonly logits: Float32Array;
}

describe.skipIf(python === undefined)('a model that was saved here, loaded with transformers', () => {
  const saved = new Map<string, Saved>();
  const loaded = new Map<string, Loaded>();
  let parent: string;
  let tokenizer: Tokenizer;

  /** Saves a model and notes what it computes when it is loaded again. */
  async function save(name: string, model: VicunaModel, options: SaveOptions, withText: string | null): Promise<void> {
    const directory = join(parent, name);
    await model.save(directory, options);
    await using again = await VicunaModel.load(directory, { engine: model.engine });
    saved.set(name, { directory, text: withText, logits: await again.logits(tokens) });
  }

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'vicuna-'));
    tokenizer = await tinyLlama();
    await using engine = await createEngine({ backend: 'wasm' });
    for (const name of goldenModels) {
      await using model = await VicunaModel.load(join(numericsDirectory, name, 'model'), { engine });
      for (const dtype of dtypes)
        await save(
          `${name} ${dtype}`,
          model,
          { dtype, maxShardBytes: dtype === 'float16' ? 100_000 : undefined },
          null,
        );
    }
    const config = { hiddenSize: 48, layers: 2, heads: 6, keyValueHeads: 3, headSize: 16, endTokenIds: [2, 5] };
    await using made = await VicunaModel.create(config, { engine, tokenizer, seed: 9, template: 'vicuna_v0' });
    await save('made here', made, {}, text);
    // One process for all: it takes longer to start than to compute.
    const input = [...saved.values()].map(({ directory, text }) => ({ directory, tokens, text }));
    const output = await runPython<Loaded[]>('load_models.py', input);
    for (const [index, name] of [...saved.keys()].entries()) loaded.set(name, output[index]!);
  });
  afterAll(() => rm(parent, { recursive: true, force: true }));

  const agrees = (name: string) => {
    const theirs = loaded.get(name)!;
    expect(theirs).toMatchObject({ missing: [], unexpected: [], warnings: [] });
    expect(difference(saved.get(name)!.logits, theirs.logits).maximum).toBeLessThan(tolerance.logits);
    return theirs;
  };

  it.each(goldenModels.flatMap((name) => dtypes.map((dtype) => [name, dtype] as const)))(
    'computes the same: %s in %s',
    (name, dtype) => {
      const tied = name === 'tiny-llama-gqa-tied';
      const vicuna = { template: 'vicuna_v1.1' };
      expect(agrees(`${name} ${dtype}`)).toMatchObject({ tied, dtype: `torch.${dtype}`, eos: 2, vicuna });
    },
  );

  it('computes the same when it was made here, has its tokenizer, and still knows its template when saved there', async () => {
    const theirs = agrees('made here');
    expect(theirs).toMatchObject({ tied: false, eos: [2, 5], vicuna: { template: 'vicuna_v0' } });
    const { ids } = await tokenizer.encode(text);
    expect(theirs.ids).toEqual([...ids]);
    expect(theirs.text).toBe(await tokenizer.decode(ids));
  });
});
