import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { byteTokenizer } from '../../src/testing/index.js';
import { loadTokenizer } from '../../src/tokenizer/index.js';
import { anyText } from '../support/arbitraries.js';
import { temporaryDirectory } from '../support/temporary.js';

const tokenizer = byteTokenizer();

describe('byteTokenizer', () => {
  it('makes a token of every byte', async () => {
    const { ids, offsets } = await tokenizer.encode('hé😀</s>');
    expect([...ids]).toEqual([256, 0x68, 0xc3, 0xa9, 0xf0, 0x9f, 0x98, 0x80, 257]);
    expect([...offsets]).toEqual([0, 0, 0, 1, 1, 2, 1, 2, 2, 4, 2, 4, 2, 4, 2, 4, 4, 8]);
    expect(tokenizer.tokenToId('h')).toBe(0x68);
    expect(tokenizer.idToToken(257)).toBe('</s>');
    expect(tokenizer.idToToken(258)).toBeUndefined();
  });

  it('is what loadTokenizer makes of what it saves', async () => {
    const directory = await temporaryDirectory();
    await tokenizer.save(directory);
    const loaded = await loadTokenizer(directory);
    expect(loaded).toMatchObject({
      vocabularySize: tokenizer.vocabularySize,
      beginToken: tokenizer.beginToken,
      endToken: tokenizer.endToken,
      endTokenIds: tokenizer.endTokenIds,
      specialTokens: tokenizer.specialTokens,
    });
    await fc.assert(
      fc.asyncProperty(anyText, fc.boolean(), async (content, addSpecialTokens) => {
        const text = content.replaceAll(/[\ufdd0-\ufdef]/g, '');
        for (const input of [text, { text: `${text}</s>`, controls: [text.length] }, { text, controls: [] }]) {
          const ours = await tokenizer.encode(input, { addSpecialTokens });
          const theirs = await loaded.encode(input, { addSpecialTokens });
          expect(theirs.ids.join()).toBe(ours.ids.join());
          expect(theirs.offsets.join()).toBe(ours.offsets.join());
          expect(await loaded.decode(ours.ids)).toBe(await tokenizer.decode(ours.ids));
          // Of an empty text no token is past or before anything.
          for (let position = 0; position <= text.length && text !== ''; position++)
            expect(theirs.firstTokenPast(position)).toBe(ours.firstTokenPast(position));
        }
      }),
    );
  });
});
