import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { llamaPresets, VicunaModel } from '../../src/model/index.js';
import { byteTokenizer } from '../../src/testing/index.js';
import { logRecords } from '../support/prepare-logs.js';
import { temporaryDirectory } from '../support/temporary.js';
import { vicuna } from './support/command.js';

const records = 24;
const training = ['--max-tokens', '256', '--batch-conversations', '8', '--learning-rate', '0.005'];

describe('vicuna train', () => {
  let place: string;
  let model: string;
  let logs: string;
  let prepared: string;
  beforeAll(async () => {
    place = await mkdtemp(join(tmpdir(), 'vicuna-'));
    [model, logs, prepared] = [join(place, 'model'), join(place, 'logs.json'), join(place, 'prepared')];
    await using fresh = await VicunaModel.create(llamaPresets.nano, { tokenizer: byteTokenizer() });
    await fresh.save(model);
    await writeFile(logs, JSON.stringify(logRecords(records)));
  });
  afterAll(() => rm(place, { recursive: true }));

  async function prepare() {
    return vicuna(['prepare', logs, '-t', model, '-o', prepared, '--max-tokens', '256', '--workers', '1']);
  }

  it('fine-tunes on files, and goes on from its checkpoints when there is more to do', async () => {
    const output = join(await temporaryDirectory(), 'out');
    const words = ['train', logs, '-m', model, '-o', output, ...training];
    const first = await vicuna([...words, '--max-steps', '2']);
    expect(first).toMatchObject({ code: 0, errors: expect.stringContaining('Trained 2 steps to a loss of') });
    await using trained = await VicunaModel.load(first.output.trim());
    expect(trained.config.layers).toBe(llamaPresets.nano.layers);
    const more = await vicuna([...words, '--max-steps', '3']);
    expect(more).toMatchObject({ code: 0, errors: expect.stringContaining('Trained 3 steps') });
  });

  it('takes what vicuna prepare made, with the same first loss as its files', async () => {
    expect((await prepare()).code).toBe(0);
    const lossOf = async (data: string) => {
      const output = join(await temporaryDirectory(), 'out');
      const { code, errors } = await vicuna([
        'train',
        data,
        '-m',
        model,
        '-o',
        output,
        '--max-steps',
        '1',
        ...training,
      ]);
      expect(code).toBe(0);
      return /to a loss of ([\d.]+)/.exec(errors)![1];
    };
    expect(await lossOf(prepared)).toBe(await lossOf(logs));
  });

  it('plans either without training', async () => {
    await prepare();
    for (const data of [logs, prepared]) {
      const output = join(await temporaryDirectory(), 'out');
      const words = ['train', data, '-m', model, '-o', output, ...training, '--plan', '--price-per-hour', '3'];
      const { code, output: table } = await vicuna(words);
      expect({ code, table }).toEqual({ code: 0, table: expect.stringMatching(/tokens[\s\S]*memory[\s\S]*\$/) });
    }
  });
});
