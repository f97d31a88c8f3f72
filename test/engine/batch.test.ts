import { describe, expect, it } from 'vitest';
import { assertBatch, IGNORED_LABEL, nextTokenTargets, supervisedTokens } from '../../src/engine/index.js';

const ignored = IGNORED_LABEL;
const batch = {
  tokens: Int32Array.of(5, 6, 7, 8, 9),
  labels: Int32Array.of(5, ignored, 7, 8, 9),
  sequenceStarts: Int32Array.of(0, 0, 3, 3, 4, 5),
};

describe('targets', () => {
  it('are the next labels of the same sequence', () => {
    expect([...nextTokenTargets(batch)]).toEqual([ignored, 7, ignored, ignored, ignored]);
    expect(supervisedTokens(batch)).toBe(1);
  });
});

describe('checking a batch', () => {
  it('accepts empty sequences and no sequence at all', () => {
    expect(() => assertBatch(batch, 10)).not.toThrow();
    const none = { tokens: new Int32Array(), labels: new Int32Array(), sequenceStarts: Int32Array.of(0) };
    expect(() => assertBatch(none, 10)).not.toThrow();
  });

  it.each([
    [{ labels: Int32Array.of(1) }, /5 tokens but 1 labels/],
    [{ sequenceStarts: Int32Array.of(1, 5) }, /from 0 to 5, not 1 to 5/],
    [{ sequenceStarts: Int32Array.of(0, 4) }, /not 0 to 4/],
    [{ sequenceStarts: Int32Array.of(0, 3, 2, 5) }, /falls at index 2/],
    [{ tokens: Int32Array.of(5, 6, 10, 8, 9) }, /token 10 at position 2 is outside the vocabulary of 10/],
    [{ labels: Int32Array.of(5, -1, 7, 8, 9) }, /label -1 at position 1/],
  ])('names what is wrong with %o', (changes, message) => {
    expect(() => assertBatch({ ...batch, ...changes }, 10)).toThrow(message);
  });
});
