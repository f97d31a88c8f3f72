import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../../src/engine/index.js';
import { type TrainEvent, VicunaTrainer } from '../../../src/train/index.js';
import { TensorBoardRecorder } from '../../../src/train/tensorboard/index.js';
import { hasPythonPackage, runPython } from '../../support/python.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { fixtureModel } from '../fixture-model.js';
import { trajectoryCase, trajectoryExamples } from '../trajectory.js';

interface Read {
  readonly scalars: Readonly<Record<string, readonly (readonly [step: number, value: number])[]>>;
  readonly texts: Readonly<Record<string, readonly (readonly [step: number, text: string])[]>>;
}

const isReaderHere = await hasPythonPackage('tensorboard');
const examples = trajectoryExamples(trajectoryCase('accum1_wd0'));

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ threads: 1 });
});
afterAll(() => engine[Symbol.asyncDispose]());

/** @param stopAfter - leaves after so many steps */
async function train(outputDirectory: string, stopAfter = Number.POSITIVE_INFINITY): Promise<TrainEvent[]> {
  await using model = await fixtureModel(engine);
  const trainer = await VicunaTrainer.create(
    {
      outputDirectory,
      maxSteps: 6,
      batchConversations: 8,
      tensorboard: true,
      checkpoints: { everySteps: 2 },
      evaluation: { fraction: 0.2, everySteps: 3 },
    },
    { model },
  );
  const events: TrainEvent[] = [];
  for await (const event of trainer.trainExamples(examples)) {
    events.push(event);
    if (event.type === 'step-end' && event.step === stopAfter) break;
  }
  return events;
}

describe('A TensorBoard directory', () => {
  it.runIf(isReaderHere)("gives TensorBoard's own reader the figures of every step", async () => {
    const outputDirectory = join(await temporaryDirectory(), 'out');
    const events = await train(outputDirectory);
    const { scalars } = await runPython<Read>('read_tensorboard.py', { directory: `${outputDirectory}-tensorboard` });
    const steps = events.flatMap((event) => (event.type === 'step-end' ? [event] : []));
    const of = (field: 'loss' | 'learningRate' | 'gradientNorm' | 'tokensPerSecond' | 'flopUtilisation') =>
      steps.map((event) => [event.step, Math.fround(event[field]!)]);
    expect(scalars['train/loss']).toEqual(of('loss'));
    expect(scalars['train/learning_rate']).toEqual(of('learningRate'));
    expect(scalars['train/gradient_norm']).toEqual(of('gradientNorm'));
    expect(scalars['train/tokens_per_second']).toEqual(of('tokensPerSecond'));
    expect(scalars['train/flop_utilisation']).toEqual(of('flopUtilisation'));
    const evaluations = events.flatMap((event) => (event.type === 'evaluation-end' ? [event] : []));
    expect(scalars['evaluation/loss']).toEqual(evaluations.map(({ step, loss }) => [step, Math.fround(loss)]));
  });

  it.runIf(isReaderHere)('shows steps once that were taken again after a resume', async () => {
    const outputDirectory = join(await temporaryDirectory(), 'out');
    await train(outputDirectory, 5);
    const events = await train(outputDirectory);
    const directory = `${outputDirectory}-tensorboard`;
    expect(await readdir(directory)).toHaveLength(2);
    const { scalars } = await runPython<Read>('read_tensorboard.py', { directory });
    expect(scalars['train/loss']!.map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6]);
    const again = events.flatMap((event) => (event.type === 'step-end' ? [[event.step, Math.fround(event.loss)]] : []));
    expect(scalars['train/loss']!.slice(-again.length)).toEqual(again);
  });

  it.runIf(isReaderHere)('shows samples as text', async () => {
    const directory = await temporaryDirectory();
    const recorder = new TensorBoardRecorder(directory);
    await recorder.begin(undefined);
    const prompt = [{ role: 'user', content: 'Wer?\nWo?' }] as const;
    await recorder.record({ type: 'sample', step: 3, index: 0, prompt, reply: 'Übermut 🎈', finishReason: 'stop' });
    const { texts } = await runPython<Read>('read_tensorboard.py', { directory });
    expect(texts).toEqual({ 'samples/0': [[3, '**user**\n\n> Wer?\n> Wo?\n\n**assistant**\n\n> Übermut 🎈']] });
  });

  it('writes nothing before it has begun, and says what it cannot write', async () => {
    const directory = join(await temporaryDirectory(), 'none');
    const recorder = new TensorBoardRecorder(directory);
    const event = { type: 'epoch-end', epoch: 1, step: 1, loss: 2 } as const;
    expect(await recorder.record(event)).toBe(event);
    await expect(readdir(directory)).rejects.toThrow(/ENOENT/);
    const file = join(await temporaryDirectory(), 'file');
    await writeFile(file, '');
    await expect(new TensorBoardRecorder(join(file, 'none')).begin(undefined)).rejects.toMatchObject({
      code: 'file-unwritable',
    });
  });
});
