import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeAdapter } from '../../src/checkpoint/index.js';
import { parseConfig } from '../../src/core/index.js';
import { createEngine, type Engine, type LoraConfig, loraConfigSchema, loraTargets } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { randomAdapter } from '../support/adapters.js';
import { difference } from '../support/differences.js';
import { tolerance } from '../support/goldens.js';
import { hasPythonPackage, runPython } from '../support/python.js';
import { numericsDirectory } from '../support/shared-data.js';

interface Output {
  readonly loaded: readonly {
    readonly logits: number[];
    readonly missing: string[];
    readonly unexpected: string[];
    readonly config: unknown;
  }[];
  readonly made: readonly { readonly logits: number[] }[];
}

const base = join(numericsDirectory, 'tiny-llama-gqa-tied/model');
const tokens = Array.from({ length: 40 }, (_, index) => (index * 37 + 1) % 320);

/** Adapters of ours, with what peft should find in their configurations. */
const ours: readonly { readonly config: LoraConfig; readonly theirs: Readonly<Record<string, unknown>> }[] = [
  {
    config: { rank: 3, alpha: 2.5, dropout: 0.25, targets: loraTargets },
    theirs: { r: 3, lora_alpha: 2.5, lora_dropout: 0.25, use_rslora: false, target_modules: [...loraTargets].sort() },
  },
  {
    config: { rank: 16, alpha: 1, dropout: 0, rankStabilized: true, targets: ['k_proj'] },
    theirs: { r: 16, lora_alpha: 1, lora_dropout: 0, use_rslora: true, target_modules: ['k_proj'] },
  },
];

/** Adapters of peft's. */
const theirs = [
  { r: 4, lora_alpha: 8, lora_dropout: 0.1, target_modules: ['q_proj', 'v_proj'] },
  { r: 5, lora_alpha: 3, use_rslora: true, target_modules: 'all-linear' },
  { r: 2, target_modules: '.*\\.mlp\\.(up|down)_proj', init_lora_weights: 'gaussian' },
];

describe.skipIf(!(await hasPythonPackage('peft')))('adapters, here and in peft', () => {
  let parent: string;
  let engine: Engine;
  let output: Output;
  const directory = (who: string, index: number) => join(parent, `${who}-${index}`);

  beforeAll(async () => {
    parent = await mkdtemp(join(tmpdir(), 'vicuna-'));
    engine = await createEngine({ backend: 'wasm' });
    await using model = await VicunaModel.load(base, { engine });
    for (const [index, { config }] of ours.entries()) {
      const lora = parseConfig(loraConfigSchema, config, 'test');
      const { vectors } = randomAdapter(model.shape, lora, index);
      await writeAdapter(directory('ours', index), { shape: model.shape, lora }, (layer) => vectors[layer]!);
    }
    output = await runPython<Output>('adapters.py', {
      base,
      tokens,
      load: ours.map((_, index) => directory('ours', index)),
      make: theirs.map((fields, index) => ({ directory: directory('theirs', index), fields })),
    });
  });
  afterAll(async () => {
    await engine?.[Symbol.asyncDispose]();
    await rm(parent, { recursive: true, force: true });
  });

  /** Logits of the model with an adapter merged into it. */
  async function mergedLogits(adapter: string): Promise<Float32Array> {
    await using model = await VicunaModel.load(base, { engine });
    const before = await model.logits(tokens);
    await model.mergeAdapter(adapter);
    const after = await model.logits(tokens);
    expect(difference(after, before).maximum).toBeGreaterThan(0.01);
    return after;
  }

  it.each(ours.map((adapter, index) => ({ ...adapter, index })))('ours load there: $config', async (adapter) => {
    const loaded = output.loaded[adapter.index]!;
    expect(loaded).toMatchObject({ missing: [], unexpected: [], config: adapter.theirs });
    const logits = await mergedLogits(directory('ours', adapter.index));
    expect(difference(logits, loaded.logits).maximum).toBeLessThan(tolerance.logits);
  });

  it.each(theirs.map((fields, index) => ({ fields, index })))('theirs load here: $fields', async ({ index }) => {
    const logits = await mergedLogits(directory('theirs', index));
    expect(difference(logits, output.made[index]!.logits).maximum).toBeLessThan(tolerance.logits);
  });
});
