import { cp, readdir, readFile, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { trainTokenizer } from '../../src/tokenizer/index.js';
import { exportModel, VicunaTrainer } from '../../src/train/index.js';
import { temporaryFolder } from '../checkpoint/files.js';
import { numericsDirectory } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';
import { startTraining, trainInto } from './support/tiny-training.js';

const folder = temporaryFolder();
const trained = join(folder, 'trained');
const checkpoints = `${trained}-checkpoints`;
beforeAll(() => startTraining({ outputDirectory: trained, ranks: 3, maxSteps: 2, checkpoints: { everySteps: 1 } }));

/** Every file of a model by name, but for the log of its training. */
async function filesOf(directory: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(directory)).filter((name) => name !== 'events.jsonl');
  return new Map(
    await Promise.all(names.sort().map(async (name) => [name, await readFile(join(directory, name))] as const)),
  );
}

describe('exportModel', () => {
  it('makes of the last checkpoint the files that training saved, byte for byte', async () => {
    const outputDirectory = join(await temporaryDirectory(), 'model');
    const exported = await exportModel({ checkpoint: checkpoints, outputDirectory });
    const checkpoint = join(checkpoints, 'step-00000002');
    expect(exported).toEqual({ directory: outputDirectory, checkpoint, step: 2, skipped: [] });
    expect(await filesOf(outputDirectory)).toEqual(await filesOf(trained));
  });

  it.each(['bfloat16', 'float16'] as const)('writes %s as a model saves it', async (dtype) => {
    const saved = join(await temporaryDirectory(), 'saved');
    const outputDirectory = join(await temporaryDirectory(), 'exported');
    await using engine = await createEngine({ threads: 1 });
    await using model = await VicunaModel.load(trained, { engine });
    await model.save(saved, { dtype, maxShardBytes: 200_000 });
    await exportModel({ checkpoint: checkpoints, outputDirectory, dtype, maxShardBytes: 200_000 });
    expect((await readdir(outputDirectory)).length).toBeGreaterThan(4);
    expect(await filesOf(outputDirectory)).toEqual(await filesOf(saved));
  });

  it('takes the tokenizer and the template along', async () => {
    const outputDirectory = join(await temporaryDirectory(), 'trained');
    await using engine = await createEngine({ threads: 1 });
    const tokenizer = await trainTokenizer(['What does the baker sell? Rye bread.'], { vocabularySize: 300 }).result;
    const shape = { hiddenSize: 16, layers: 1, heads: 2, contextLength: 512 };
    await using model = await VicunaModel.create(shape, { engine, tokenizer, template: 'vicuna_v0' });
    const trainer = await VicunaTrainer.create(
      { outputDirectory, maxSteps: 1, checkpoints: { everySteps: 1 } },
      { model },
    );
    const messages = [
      { role: 'user', content: 'Hi' },
      { role: 'assistant', content: 'Hello' },
    ] as const;
    await trainer.train([{ id: 'one', messages }]).result;
    const exported = join(await temporaryDirectory(), 'exported');
    await exportModel({ checkpoint: `${outputDirectory}-checkpoints`, outputDirectory: exported });
    const files = await filesOf(exported);
    expect([...files.keys()]).toContain('tokenizer.json');
    expect(files).toEqual(await filesOf(outputDirectory));
  });

  it('takes one checkpoint that is named, with a model that is named', async () => {
    const alone = join(await temporaryDirectory(), 'step-00000001');
    await cp(join(checkpoints, 'step-00000001'), alone, { recursive: true });
    const outputDirectory = join(await temporaryDirectory(), 'model');
    await expect(exportModel({ checkpoint: alone, outputDirectory })).rejects.toMatchObject({
      code: 'model-unreadable',
    });
    const model = join(numericsDirectory, 'tiny-llama-mha', 'model');
    expect(await exportModel({ checkpoint: alone, outputDirectory, model })).toMatchObject({ step: 1 });
    const other = join(numericsDirectory, 'tiny-llama-gqa-tied', 'model');
    await expect(exportModel({ checkpoint: alone, outputDirectory, model: other })).rejects.toMatchObject({
      code: 'config-invalid',
      issues: [{ path: 'model', message: expect.stringContaining('of another shape') }],
    });
  });

  it('passes over a checkpoint that is damaged, and says so', async () => {
    const damaged = join(await temporaryDirectory(), 'checkpoints');
    await cp(checkpoints, damaged, { recursive: true });
    const file = join(damaged, 'step-00000002', 'rank-00001-of-00003.safetensors');
    await truncate(file, 100);
    const outputDirectory = join(await temporaryDirectory(), 'model');
    expect(await exportModel({ checkpoint: damaged, outputDirectory })).toMatchObject({ step: 1, skipped: [{ file }] });
    await rm(join(damaged, 'step-00000001'), { recursive: true });
    const failing = exportModel({ checkpoint: damaged, outputDirectory });
    await expect(failing).rejects.toMatchObject({
      code: 'checkpoint-unreadable',
      message: expect.stringContaining(file),
    });
    await rm(join(damaged, 'step-00000002'), { recursive: true });
    await expect(exportModel({ checkpoint: damaged, outputDirectory })).rejects.toThrow('there is no checkpoint in it');
  });

  it('exports trained adapters as adapters', async () => {
    const outputDirectory = join(await temporaryDirectory(), 'adapter');
    const lora = { rank: 2 };
    await trainInto(outputDirectory, { maxSteps: 2, lora, checkpoints: { everySteps: 1 } });
    const exported = join(await temporaryDirectory(), 'exported');
    await exportModel({ checkpoint: `${outputDirectory}-checkpoints`, outputDirectory: exported });
    const [ours, theirs] = [await filesOf(exported), await filesOf(outputDirectory)];
    expect([...ours.keys()]).toEqual([...theirs.keys()]);
    expect(ours.get('adapter_model.safetensors')).toEqual(theirs.get('adapter_model.safetensors'));
  });

  it('is cancelled by its signal, and leaves nothing', async () => {
    const directory = await temporaryDirectory();
    const controller = new AbortController();
    const reason = new Error('no longer wanted');
    const exporting = exportModel(
      { checkpoint: checkpoints, outputDirectory: join(directory, 'model') },
      { signal: controller.signal, onProgress: ({ phase }) => phase === 'save' && controller.abort(reason) },
    );
    await expect(exporting).rejects.toBe(reason);
    expect(await readdir(directory)).toEqual([]);
  });
});
