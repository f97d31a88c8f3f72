import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TextTokens } from '../../src/model/generation/text-tokens.js';

describe('the tokens of a text', () => {
  it('are shown with the text they made', () => {
    const tokens = new TextTokens<string>();
    tokens.add('one', 3);
    expect(tokens.show(3)).toEqual(['one']);
    tokens.add('two', 3);
    tokens.add('three', 5);
    expect(tokens.show(8)).toEqual(['two', 'three']);
  });

  it('wait as long as their text does, and go where it begins', () => {
    const tokens = new TextTokens<string>();
    tokens.add('ab', 2);
    expect(tokens.show(1)).toEqual(['ab']);
    tokens.add('c', 1);
    expect(tokens.show(1)).toEqual([]);
    expect(tokens.show(1)).toEqual(['c']);
  });

  it('go with the character that they are a part of', () => {
    const tokens = new TextTokens<string>();
    for (const byte of ['f0', '9f', 'a6']) {
      tokens.add(byte, 0);
      expect(tokens.show(0)).toEqual([]);
    }
    tokens.add('99', 2);
    expect(tokens.show(2)).toEqual(['f0', '9f', 'a6', '99']);
  });

  it('are each shown once, in their order, however the text is cut', () => {
    const lengths = fc.array(fc.nat(3), { maxLength: 30 });
    fc.assert(
      fc.property(lengths, fc.array(fc.nat(4), { maxLength: 60 }), (made, cuts) => {
        const tokens = new TextTokens<number>();
        for (const [index, length] of made.entries()) tokens.add(index, length);
        let left = made.reduce((sum, length) => sum + length, 0);
        const shown: number[] = [];
        for (const cut of cuts) {
          shown.push(...tokens.show(Math.min(cut, left)));
          left -= Math.min(cut, left);
        }
        shown.push(...tokens.rest());
        expect(shown).toEqual([...made.keys()]);
      }),
    );
  });
});
