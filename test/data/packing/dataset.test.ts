import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PackedDataset as Dataset, PackedDataset, type PackingConfig } from '../../../src/data/packing/index.js';
import { assertBatch, supervisedTokens } from '../../../src/engine/index.js';
import { conversationLengths, numberedExample, storeOf } from './examples.js';

async function datasetOf(lengths: readonly number[], config: PackingConfig): Promise<Dataset> {
  const store = await storeOf(lengths.map((length, number) => numberedExample(number, length)));
  return PackedDataset.create(config, { store });
}

/** The steps of the first so many epochs. */
function stepsOf(dataset: Dataset, epochs: number, from?: Parameters<Dataset['steps']>[0]) {
  const steps = [];
  for (const step of dataset.steps(from)) {
    if (step.cursor.epoch >= epochs) break;
    steps.push(step);
  }
  return steps;
}

const anyLengths = fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 60 });
const anyConfig: fc.Arbitrary<PackingConfig> = fc.record({
  microBatchTokens: fc.integer({ min: 50, max: 120 }),
  batchConversations: fc.integer({ min: 1, max: 20 }),
  batchTokens: fc.constantFrom(0, 120, 300),
  shuffleWindow: fc.integer({ min: 1, max: 40 }),
  shuffle: fc.boolean(),
  seed: fc.nat(),
});

describe('PackedDataset', () => {
  it('has every example exactly once an epoch, in micro-batches within the budget', async () => {
    await fc.assert(
      fc.asyncProperty(anyLengths, anyConfig, async (lengths, config) => {
        const dataset = await datasetOf(lengths, config);
        const steps = stepsOf(dataset, 2);
        for (const epoch of [0, 1]) {
          const own = steps.filter((step) => step.cursor.epoch === epoch);
          expect(own).toHaveLength(dataset.stepsInEpoch(epoch));
          const seen = own.flatMap((step) => step.microBatches.flat()).toSorted((a, b) => a - b);
          expect(seen).toEqual([...lengths.keys()]);
        }
        for (const microBatch of steps.flatMap((step) => step.microBatches)) {
          const tokens = microBatch.reduce((total, example) => total + lengths[example]!, 0);
          expect(tokens).toBeLessThanOrEqual(config.microBatchTokens!);
        }
      }),
    );
  });

  it('goes on from any cursor with exactly the steps that remained', async () => {
    await fc.assert(
      fc.asyncProperty(anyLengths, anyConfig, fc.nat(), async (lengths, config, pick) => {
        const steps = stepsOf(await datasetOf(lengths, config), 3);
        const at = pick % steps.length;
        const saved = JSON.parse(JSON.stringify(steps[at]!.next));
        expect(stepsOf(await datasetOf(lengths, config), 3, saved)).toEqual(steps.slice(at + 1));
        expect(stepsOf(await datasetOf(lengths, config), 3, steps[at]!.cursor)).toEqual(steps.slice(at));
      }),
    );
  });

  it('counts conversations, or full micro-batches, a step', async () => {
    const lengths = conversationLengths(300, 64, 1);
    const byConversations = stepsOf(await datasetOf(lengths, { microBatchTokens: 64, batchConversations: 128 }), 1);
    expect(byConversations.map((step) => step.conversations)).toEqual([128, 128, 44]);
    const byTokens = stepsOf(await datasetOf(lengths, { microBatchTokens: 64, batchTokens: 300 }), 1);
    expect(new Set(byTokens.slice(0, -1).map((step) => step.microBatches.length))).toEqual(new Set([4]));
  });

  it('orders each epoch anew, by the seed alone', async () => {
    const lengths = conversationLengths(200, 64, 2);
    const order = async (seed: number, epoch: number) =>
      stepsOf(await datasetOf(lengths, { microBatchTokens: 64, batchConversations: 16, seed }), 2)
        .filter((step) => step.cursor.epoch === epoch)
        .map((step) => step.microBatches);
    expect(await order(7, 0)).toEqual(await order(7, 0));
    expect(await order(7, 1)).not.toEqual(await order(7, 0));
    expect(await order(8, 0)).not.toEqual(await order(7, 0));
  });

  it('keeps the order it was given when it is not to shuffle', async () => {
    const dataset = await datasetOf(conversationLengths(10, 64, 3), {
      microBatchTokens: 64,
      batchConversations: 4,
      shuffle: false,
    });
    const conversations = stepsOf(dataset, 1).map((step) => step.microBatches.flat().toSorted((a, b) => a - b));
    expect(conversations).toEqual([
      [0, 1, 2, 3],
      [4, 5, 6, 7],
      [8, 9],
    ]);
  });

  it.each([1, 2, 3, 4, 5])('fills micro-batches better than first-fit does (lengths %i)', async (seed) => {
    const lengths = conversationLengths(2000, 2048, seed);
    const steps = stepsOf(await datasetOf(lengths, { microBatchTokens: 2048, batchTokens: 2048, seed }), 1);
    expect(steps.length).toBeLessThan(firstFit(lengths, 2048));
    const fill = lengths.reduce((total, length) => total + length, 0) / (steps.length * 2048);
    expect(fill).toBeGreaterThan(0.99);
    expect(steps.reduce((total, step) => total + step.fill, 0) / steps.length).toBeCloseTo(fill, 9);
  });

  it('loads a micro-batch as the engine takes it, with the counts it announced', async () => {
    const dataset = await datasetOf([5, 0, 7, 3], { microBatchTokens: 16, batchConversations: 4, shuffle: false });
    const [step] = stepsOf(dataset, 1);
    const batch = await dataset.load(step!.microBatches[0]!);
    assertBatch(batch, 4000);
    expect([...batch.tokens]).toEqual([2000, 2001, 2002, 2003, 2004, 2005, 2006, 0, 1, 2, 3, 4, 3000, 3001, 3002]);
    expect([...batch.sequenceStarts]).toEqual([0, 7, 12, 15, 15]);
    // What dropout knows a sequence by does not depend on where it was packed.
    expect([...batch.sequenceIds!]).toEqual(step!.microBatches[0]);
    expect(step).toMatchObject({ conversations: 4, tokens: 15, fill: 15 / 16 });
    expect(step!.supervisedTokens).toBe(supervisedTokens(batch));
    expect(await dataset.ids(step!.microBatches[0]!)).toEqual([2, 0, 3, 1].map((number) => `conversation-${number}`));
  });

  it('refuses an example longer than a micro-batch, naming it', async () => {
    await expect(datasetOf([10, 60], { microBatchTokens: 50 })).rejects.toMatchObject({
      code: 'config-invalid',
      message: expect.stringMatching(/microBatchTokens: is 50, but conversation "conversation-1" has 60 tokens/),
    });
  });

  it('refuses a cursor of other data or settings', async () => {
    const [step] = stepsOf(await datasetOf([5, 6], { seed: 1 }), 1);
    for (const other of [await datasetOf([5, 7], { seed: 1 }), await datasetOf([5, 6], { seed: 2 })])
      expect(() => stepsOf(other, 1, step!.cursor)).toThrow(/belongs to other data or settings/);
  });

  it('refuses steps that could not hold one micro-batch', async () => {
    await expect(datasetOf([5], { microBatchTokens: 2048, batchTokens: 2000 })).rejects.toThrow(
      /batchTokens: must hold/,
    );
  });

  it('has no step without examples', async () => {
    expect([...(await datasetOf([], {})).steps()]).toEqual([]);
  });
});

/** Bins that first-fit needs for examples of these lengths, in this order, every bin open to the end. */
function firstFit(lengths: readonly number[], capacity: number): number {
  const rooms: number[] = [];
  for (const length of lengths) {
    const bin = rooms.findIndex((room) => room >= length);
    if (bin === -1) rooms.push(capacity - length);
    else rooms[bin]! -= length;
  }
  return rooms.length;
}
