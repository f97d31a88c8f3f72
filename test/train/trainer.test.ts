import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { isHeldOut } from '../../src/train/data.js';
import { type StepEndEvent, type TrainEvent, type TrainerConfig, VicunaTrainer } from '../../src/train/index.js';
import { temporaryDirectory } from '../support/temporary.js';
import { fixtureModel, weightsOf } from './fixture-model.js';
import { trajectoryCase, trajectoryExamples } from './trajectory.js';

const examples = trajectoryExamples(trajectoryCase('accum1_wd0'));

let engine: Engine;
beforeAll(async () => {
  engine = await createEngine({ backend: 'wasm' });
});
afterAll(() => engine[Symbol.asyncDispose]());

/** Trains the golden model on its 24 rows and gives back everything that happened. */
async function train(config: Partial<TrainerConfig> = {}) {
  const outputDirectory = join(await temporaryDirectory(), 'out');
  await using model = await fixtureModel(engine);
  const trainer = await VicunaTrainer.create(
    { outputDirectory, epochs: 1, batchConversations: 8, learningRate: 1e-3, ...config },
    { model },
  );
  const events: TrainEvent[] = [];
  const run = trainer.trainExamples(examples);
  for await (const event of run) events.push(event);
  return { events, result: await run.result, outputDirectory, weights: await weightsOf(model) };
}

const stepsOf = (events: readonly TrainEvent[]) =>
  events.filter((event): event is StepEndEvent => event.type === 'step-end');
const lossesOf = (events: readonly TrainEvent[]) => stepsOf(events).map(({ loss }) => loss);

describe('VicunaTrainer', () => {
  it('tells what happens, in order, and writes the same to its log', async () => {
    const { events, result, outputDirectory } = await train({ epochs: 2 });
    expect(events.map(({ type }) => type)).toEqual([
      'train-start',
      ...['step-end', 'step-end', 'step-end', 'epoch-end'],
      ...['step-end', 'step-end', 'step-end', 'epoch-end'],
      'train-end',
    ]);
    const tokens = examples.reduce((total, example) => total + example.tokens.length, 0);
    expect(events[0]).toMatchObject({ totalSteps: 6, warmupSteps: 1, parameters: 214_208, conversations: 24, tokens });
    expect(stepsOf(events).map(({ step, epoch }) => [step, epoch])) //
      .toEqual([1, 2, 3, 4, 5, 6].map((step) => [step, step < 4 ? 1 : 2]));
    expect(result).toMatchObject({
      steps: 6,
      tokens: 2 * tokens,
      loss: lossesOf(events).at(-1),
      checkpoint: outputDirectory,
    });
    expect(events.at(-1)).toEqual({ type: 'train-end', ...result });
    const log = await readFile(join(outputDirectory, 'events.jsonl'), 'utf8');
    expect(
      log
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(events);
  });

  it('takes the loss of an epoch over its supervised tokens', async () => {
    const { events } = await train();
    const steps = stepsOf(events);
    const supervised = steps.reduce((total, step) => total + step.supervisedTokens, 0);
    const loss = steps.reduce((total, step) => total + step.loss * step.supervisedTokens, 0) / supervised;
    expect(events.find(({ type }) => type === 'epoch-end')).toMatchObject({ epoch: 1, step: 3, loss });
  });

  it('saves what it trained as a directory that loads with the same weights', async () => {
    const { outputDirectory, weights } = await train();
    await using loaded = await VicunaModel.load(outputDirectory, { engine });
    expect(await weightsOf(loaded)).toEqual(weights);
  });

  it('keeps an earlier model and other files in the way until it has a new one', async () => {
    const { outputDirectory } = await train();
    await using model = await fixtureModel(engine);
    const trainer = await VicunaTrainer.create({ outputDirectory, maxSteps: 1, eventLog: false }, { model });
    await trainer.trainExamples(examples).result;
    expect(await readdir(outputDirectory)).toEqual(
      expect.arrayContaining(['config.json', 'events.jsonl', 'model.safetensors']),
    );
    await using loaded = await VicunaModel.load(outputDirectory, { engine });
    expect(await weightsOf(loaded)).toEqual(await weightsOf(model));
  });

  it('gives the same losses and weights for the same seed, bit for bit', async () => {
    const [first, second, other] = [await train({ seed: 5 }), await train({ seed: 5 }), await train({ seed: 6 })];
    expect(lossesOf(second.events)).toEqual(lossesOf(first.events));
    expect(second.weights).toEqual(first.weights);
    expect(lossesOf(other.events)).not.toEqual(lossesOf(first.events));
  });

  it('learns the same however a step is cut into micro-batches', async () => {
    const [whole, cut] = [await train({ microBatchTokens: 2048 }), await train({ maxTokens: 64 })];
    expect(stepsOf(whole.events).map(({ microBatches }) => microBatches)).toEqual([1, 1, 1]);
    expect(Math.min(...stepsOf(cut.events).map(({ microBatches }) => microBatches))).toBeGreaterThan(3);
    for (const [index, loss] of lossesOf(cut.events).entries())
      expect(Math.abs(loss - lossesOf(whole.events)[index]!)).toBeLessThan(2e-5);
  });

  it('learns the same, bit for bit, whether it keeps activations or computes them again', async () => {
    const [kept, recomputed, auto] = [
      await train({ recompute: false }),
      await train({ recompute: true }),
      await train({ recompute: 'auto' }),
    ];
    expect(lossesOf(recomputed.events)).toEqual(lossesOf(kept.events));
    expect(recomputed.weights).toEqual(kept.weights);
    expect(auto.weights).toEqual(kept.weights);
  });

  it('counts steps instead of epochs when it is told to', async () => {
    const { events } = await train({ epochs: 1, maxSteps: 4, schedule: 'linear', warmupRatio: 0 });
    expect(stepsOf(events).map(({ learningRate }) => learningRate)).toEqual([1e-3, 7.5e-4, 5e-4, 2.5e-4]);
    expect(stepsOf(events).map(({ epoch }) => epoch)).toEqual([1, 1, 1, 2]);
  });

  it('counts tokens a step when it is told to', async () => {
    const { events } = await train({ maxTokens: 64, microBatchTokens: 128, batchTokens: 256 });
    expect(
      stepsOf(events)
        .slice(0, -1)
        .every(({ microBatches }) => microBatches === 2),
    ).toBe(true);
    for (const { tokens, microBatches, fill } of stepsOf(events)) expect(fill).toBe(tokens / (microBatches * 128));
  });

  it('measures itself on what it holds out: after every epoch, or so many steps, and at the end', async () => {
    const evaluatedAt = async (everySteps: number) => {
      const { events } = await train({ epochs: 2, batchConversations: 5, evaluation: { fraction: 0.2, everySteps } });
      expect(events[0]).toMatchObject({ totalSteps: 8, conversations: 20, heldOut: 4 });
      return events.flatMap((event) => (event.type === 'evaluation-end' ? [event.step] : []));
    };
    expect(await evaluatedAt(0)).toEqual([4, 8]);
    expect(await evaluatedAt(3)).toEqual([3, 6, 8]);
  });

  it('measures the mean loss over the supervised tokens held out', async () => {
    const { events, result } = await train({ learningRate: 0, evaluation: { fraction: 0.2 } });
    await using model = await fixtureModel(engine);
    const heldOut = examples.filter(({ id }) => isHeldOut(id, 0.2));
    let sum = 0;
    for (const { tokens, labels } of heldOut) {
      const losses = await model.tokenLosses(tokens);
      for (let index = 1; index < tokens.length; index++) if (labels[index] !== -100) sum += losses[index]!;
    }
    const supervisedTokens = heldOut.reduce((total, example) => total + example.supervisedTokens, 0);
    const evaluation = events.find((event) => event.type === 'evaluation-end')!;
    expect(evaluation).toMatchObject({ conversations: heldOut.length, supervisedTokens });
    expect(evaluation.loss).toBeCloseTo(sum / supervisedTokens, 5);
    expect(evaluation.perplexity).toBeCloseTo(Math.exp(sum / supervisedTokens), 1);
    expect(result.evaluationLoss).toBe(evaluation.loss);
  });

  it('does not train a model twice at once', async () => {
    await using model = await fixtureModel(engine);
    const trainer = await VicunaTrainer.create({ outputDirectory: join(await temporaryDirectory(), 'out') }, { model });
    const first = trainer.trainExamples(examples);
    for await (const _ of first) {
      await expect(trainer.trainExamples(examples).result).rejects.toThrow(/is being trained already/);
      break;
    }
    await trainer.trainExamples(examples).result;
  });

  it('says what it misses of a model', async () => {
    await using model = await fixtureModel(engine);
    const trainer = await VicunaTrainer.create({ outputDirectory: join(await temporaryDirectory(), 'out') }, { model });
    const run = trainer.train([{ id: 'one', messages: [{ role: 'user', content: 'Hello' }] }]);
    await expect(run.result).rejects.toMatchObject({ code: 'tokenizer-unreadable' });
  });
});
