import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SupervisedExample } from '../../src/data/index.js';
import { resolveTrainerConfig, type TrainerConfig } from '../../src/train/config.js';
import { collectTrainingData, isHeldOut } from '../../src/train/data.js';

const example = (id: string, length = 6): SupervisedExample => {
  const tokens = Int32Array.from({ length }, (_, index) => index + 1);
  return { id, tokens, labels: tokens, supervisedTokens: length - 1 };
};
const unlearned = (id: string): SupervisedExample => {
  return { ...example(id), labels: new Int32Array(6).fill(-100), supervisedTokens: 0 };
};
const collect = (examples: Iterable<SupervisedExample>, config: Partial<TrainerConfig> = {}, signal?: AbortSignal) =>
  collectTrainingData(examples, resolveTrainerConfig({ outputDirectory: 'out', ...config }, 64), {
    vocabularySize: 100,
    signal,
  });

describe('held-out conversations', () => {
  it('stay held out when more are', () => {
    void fc.assert(
      fc.property(fc.string(), fc.double({ min: 0, max: 1, noNaN: true }), (id, fraction) => {
        if (isHeldOut(id, fraction)) expect(isHeldOut(id, Math.min(1, fraction * 1.5))).toBe(true);
      }),
    );
  });

  it('are the same in every version of this package', () => {
    const ids = Array.from({ length: 40 }, (_, number) => `conversation-${number}`);
    expect(ids.filter((id) => isHeldOut(id, 0.1))).toEqual([22, 27, 30, 33].map((number) => `conversation-${number}`));
  });

  it('are the share that was asked for', () => {
    const ids = Array.from({ length: 20_000 }, (_, number) => `${number}`);
    expect(ids.filter((id) => isHeldOut(id, 0.1)).length / 20_000).toBeCloseTo(0.1, 2);
  });

  it('are never trained on', async () => {
    const examples = Array.from({ length: 200 }, (_, number) => example(`conversation-${number}`));
    const data = await collect(examples, { evaluation: { fraction: 0.2 } });
    const idsOf = async (dataset: typeof data.training) =>
      dataset.ids(Array.from({ length: dataset.conversations }, (_, n) => n));
    const training = await idsOf(data.training);
    const heldOut = await idsOf(data.heldOut!);
    expect([...training, ...heldOut].toSorted()).toEqual(examples.map(({ id }) => id).toSorted());
    expect(training.filter((id) => isHeldOut(id, 0.2))).toEqual([]);
    expect(heldOut.every((id) => isHeldOut(id, 0.2))).toBe(true);
    await data[Symbol.asyncDispose]();
  });
});

describe('the segments of a conversation', () => {
  it('are held out together or trained on together', async () => {
    const segments = Array.from({ length: 300 }, (_, number) => ({
      ...example(`conversation-${number % 100}_${Math.floor(number / 100) * 2}`),
      segmentOf: `conversation-${number % 100}`,
    }));
    const data = await collect(segments, { evaluation: { fraction: 0.3 } });
    const heldOut = Array.from({ length: 100 }, (_, number) => isHeldOut(`conversation-${number}`, 0.3));
    expect(data.heldOut!.conversations).toBe(3 * heldOut.filter(Boolean).length);
    expect(data.training.conversations).toBe(300 - data.heldOut!.conversations);
    for (const id of await data.heldOut!.ids(Array.from({ length: data.heldOut!.conversations }, (_, index) => index)))
      expect(heldOut[Number(/-(\d+)_/.exec(id)![1])]).toBe(true);
    await data[Symbol.asyncDispose]();
  });
});

describe('the data of a run', () => {
  it('leaves out what has nothing to learn, and counts it', async () => {
    const data = await collect([example('one'), unlearned('two'), example('three')]);
    expect(data).toMatchObject({ unsupervised: 1, heldOut: undefined });
    expect(data.training).toMatchObject({ conversations: 2, tokens: 12, supervisedTokens: 10 });
    await data[Symbol.asyncDispose]();
  });

  it.each<[string, SupervisedExample[], Partial<TrainerConfig>, RegExp]>([
    ['nothing', [], {}, /nothing to train on: of 0 conversations/],
    ['nothing to learn', [unlearned('one')], {}, /1 have no reply to learn/],
    [
      'a conversation that is too long',
      [example('long one', 65)],
      {},
      /"long one" has 65 tokens, more than maxTokens \(64\)/,
    ],
    [
      'a token the model does not know',
      [
        example('unknown one', 64),
        { ...example('foreign'), tokens: Int32Array.of(1, 100), labels: Int32Array.of(-100, 100) },
      ],
      {},
      /"foreign" has the token 100, but the model knows 100 tokens/,
    ],
    ['too few to hold one out', [example('one')], { evaluation: { fraction: 1e-9 } }, /holds out none of the 1/],
  ])('is refused for %s', async (_, examples, config, message) => {
    await expect(collect(examples, config)).rejects.toMatchObject({
      code: 'data-malformed',
      message: expect.stringMatching(message),
    });
  });

  it('closes its source when it is aborted', async () => {
    const controller = new AbortController();
    let closed = false;
    function* endless() {
      try {
        for (let number = 0; ; number++) {
          if (number === 10) controller.abort(new Error('enough'));
          yield example(`${number}`);
        }
      } finally {
        closed = true;
      }
    }
    await expect(collect(endless(), {}, controller.signal)).rejects.toThrow('enough');
    expect(closed).toBe(true);
  });
});
