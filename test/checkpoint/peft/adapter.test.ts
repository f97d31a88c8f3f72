import { cp, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readAdapter, SafetensorsFile, writeAdapter, writeSafetensors } from '../../../src/checkpoint/index.js';
import { parseConfig } from '../../../src/core/index.js';
import { loraBlocks, loraConfigSchema, loraTargets } from '../../../src/engine/index.js';
import { loadGolden, readJson } from '../../support/goldens.js';
import { readSafetensors } from '../../support/safetensors.js';
import { numericsDirectory } from '../../support/shared-data.js';
import { checkpointError, openHandles, temporaryFolder } from '../files.js';
import { shape } from '../small-model.js';

const folder = temporaryFolder();
const golden = join(numericsDirectory, 'lora-tiny-llama-mha/random_B/initial_adapter');
const { shape: goldenShape } = loadGolden('tiny-llama-mha');
const lora = parseConfig(loraConfigSchema, { rank: 2 }, 'test');
const vectorsOf = (config: typeof lora) =>
  loraBlocks(shape, config).map(({ size }, layer) => Float32Array.from({ length: size }, (_, i) => layer * 1000 + i));

/** A copy of the golden adapter with fields of its configuration changed. */
async function changed(name: string, fields: Readonly<Record<string, unknown>>): Promise<string> {
  const directory = join(folder, name);
  await rm(directory, { recursive: true, force: true });
  await cp(golden, directory, { recursive: true });
  const file = join(directory, 'adapter_config.json');
  await writeFile(file, JSON.stringify({ ...readJson<object>(file), ...fields }));
  return directory;
}

describe('an adapter in peft’s format', () => {
  it('is read as peft wrote it', async () => {
    const adapter = await readAdapter(golden, goldenShape);
    const targets = ['q_proj', 'v_proj'];
    expect(adapter.lora).toEqual({ rank: 8, alpha: 16, rankStabilized: false, dropout: 0, targets });
    const stored = readSafetensors(join(golden, 'adapter_model.safetensors'));
    loraBlocks(goldenShape, adapter.lora).forEach(({ parameters }, layer) => {
      for (const { name, offset, size } of parameters) {
        const values = adapter.vectors[layer]!.subarray(offset, offset + size);
        expect(values).toEqual(stored.get(name)!.values);
        stored.delete(name);
      }
    });
    expect(stored.size).toBe(0);
  });

  it('is written so that it reads the same, whatever its maps, rank and scale', async () => {
    const configs = fc.record({
      rank: fc.integer({ min: 1, max: 9 }),
      alpha: fc.double({ min: 0.5, max: 64, noNaN: true }),
      rankStabilized: fc.boolean(),
      dropout: fc.double({ min: 0, max: 0.9, noNaN: true }),
      targets: fc.subarray([...loraTargets], { minLength: 1 }).map((targets) => targets.reverse()),
    });
    await fc.assert(
      fc.asyncProperty(configs, async (config) => {
        const directory = join(folder, 'any');
        const resolved = parseConfig(loraConfigSchema, config, 'test');
        const vectors = vectorsOf(resolved);
        await writeAdapter(directory, { shape, lora: resolved }, (layer) => vectors[layer]!);
        expect(await readAdapter(directory, shape)).toEqual({ lora: resolved, vectors });
      }),
      { numRuns: 25 },
    );
  });

  it('is written under peft’s names, with the fields peft needs', async () => {
    const directory = join(folder, 'names');
    await writeAdapter(directory, { shape, lora }, (layer) => vectorsOf(lora)[layer]!, { baseModel: 'base' });
    expect((await readdir(directory)).sort()).toEqual(['adapter_config.json', 'adapter_model.safetensors']);
    const theirs = readJson<Record<string, unknown>>(join(golden, 'adapter_config.json'));
    const ours = readJson<Record<string, unknown>>(join(directory, 'adapter_config.json'));
    for (const [field, value] of Object.entries(ours))
      if (!['base_model_name_or_path', 'r', 'lora_dropout'].includes(field))
        expect([field, value]).toEqual([field, theirs[field]]);
    expect(ours).toMatchObject({ base_model_name_or_path: 'base', r: 2, lora_dropout: 0.05 });
    await using file = await SafetensorsFile.open(join(directory, 'adapter_model.safetensors'));
    expect(file.metadata.get('format')).toBe('pt');
    expect([...file.tensors.keys()].slice(0, 4)).toEqual([
      'base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight',
      'base_model.model.model.layers.0.self_attn.q_proj.lora_B.weight',
      'base_model.model.model.layers.0.self_attn.v_proj.lora_A.weight',
      'base_model.model.model.layers.0.self_attn.v_proj.lora_B.weight',
    ]);
  });

  it('reads layers one at a time, replaces its own like, and nothing else', async () => {
    const directory = join(folder, 'replaced');
    const asked: number[] = [];
    const read = (layer: number) => {
      asked.push(layer);
      return vectorsOf(lora)[layer]!;
    };
    await writeAdapter(directory, { shape, lora }, read);
    await writeFile(join(directory, 'notes.txt'), 'kept');
    await writeAdapter(directory, { shape, lora }, read);
    expect(asked).toEqual([0, 1, 0, 1]);
    expect(await readFile(join(directory, 'notes.txt'), 'utf8')).toBe('kept');
    const foreign = await changed('foreign', {});
    await expect(writeAdapter(foreign, { shape, lora }, read)).rejects.toMatchObject({ code: 'file-unwritable' });
    await writeAdapter(foreign, { shape, lora }, read, { overwrite: true });
    expect((await readAdapter(foreign, shape)).lora).toEqual(lora);
  });

  it.each([
    ['peft_type', 'LOHA'],
    ['use_dora', true],
    ['modules_to_save', ['lm_head']],
    ['rank_pattern', { q_proj: 4 }],
    ['alpha_pattern', { q_proj: 4 }],
    ['bias', 'all'],
    ['lora_bias', true],
    ['fan_in_fan_out', true],
    ['init_lora_weights', 'pissa_niter_4'],
    ['layer_replication', [[0, 2]]],
    ['trainable_token_indices', [5]],
    ['something_of_tomorrow', 'on'],
  ])('is refused by name where it is no plain LoRA: %s', async (field, value) => {
    const reading = readAdapter(await changed('refused', { [field]: value }), goldenShape);
    await expect(reading).rejects.toMatchObject({ code: 'model-unsupported' });
    await expect(reading).rejects.toThrow(new RegExp(`adapter_config.json: ${field} is`));
  });

  it('has the scale of rslora where that is asked for, and drops nothing where nothing is said', async () => {
    const directory = await changed('rslora', { use_rslora: true, lora_dropout: undefined });
    expect((await readAdapter(directory, goldenShape)).lora).toMatchObject({ rankStabilized: true, dropout: 0 });
  });

  it.each([
    [{ r: 4 }, /q_proj.lora_A.weight": it is \[8, 64\], not \[4, 64\]/],
    [{ r: 0 }, /r is 0, not a positive whole number/],
    [{ lora_alpha: 'much' }, /lora_alpha is "much", not a positive number/],
    [{ lora_dropout: 1 }, /lora_dropout is 1, not at least 0 and below 1/],
  ])('is refused where its numbers cannot be: %j', async (fields, problem) => {
    const error = await checkpointError(readAdapter(await changed('numbers', fields), goldenShape));
    expect(error.message).toMatch(problem);
  });

  it('is refused where files are missing or belong to another model', async () => {
    const before = await openHandles();
    const empty = join(folder, 'empty');
    await mkdir(empty);
    expect((await checkpointError(readAdapter(empty, shape))).file).toBe(join(empty, 'adapter_config.json'));
    const pickled = await changed('pickled', {});
    await rm(join(pickled, 'adapter_model.safetensors'));
    await writeFile(join(pickled, 'adapter_model.bin'), '');
    expect((await checkpointError(readAdapter(pickled, goldenShape))).message).toMatch(/pickle/);
    const deeper = { ...goldenShape, layers: 4 };
    expect((await checkpointError(readAdapter(golden, deeper))).message).toMatch(/missing: .*layers\.3\.self_attn/);
    const shallower = { ...goldenShape, layers: 2 };
    expect((await checkpointError(readAdapter(golden, shallower))).message).toMatch(/belong to no LoRA.*layers\.2/);
    const foreign = await changed('vision', {});
    const tensors = [{ name: 'vision.fc1.lora_A.weight', shape: [1] }];
    const file = join(foreign, 'adapter_model.safetensors');
    await writeSafetensors(file, tensors, () => new Float32Array(1), { dtype: 'float32' });
    expect((await checkpointError(readAdapter(foreign, goldenShape))).message).toMatch(/none of its tensors adapts/);
    expect(await openHandles()).toBe(before);
  });
});
