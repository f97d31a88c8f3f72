import { readFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../src/tokenizer/index.js';
import { unicodeText } from '../support/arbitraries.js';
import { llamaTokenizerPath } from '../support/tokenizers.js';

describe.skipIf(!llamaTokenizerPath)("decode beside the native library's", () => {
  it('is the same text, unless bytes make no character', async () => {
    const { Tokenizer } = await import('tokenizers');
    const native = Tokenizer.fromString(await readFile(llamaTokenizerPath!, 'utf8'));
    const tokenizer = await loadTokenizer(llamaTokenizerPath!);
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          unicodeText.map((text) => tokenizer.encode(text).then(({ ids }) => Array.from(ids))),
          fc.array(fc.nat(31999)).map(async (ids) => ids),
        ),
        fc.boolean(),
        async (made, skipSpecialTokens) => {
          const ids = await made;
          const expected = await native.decode(ids, skipSpecialTokens);
          fc.pre(!expected.includes('\ufffd'));
          expect(await tokenizer.decode(ids, { skipSpecialTokens })).toBe(expected);
        },
      ),
      { numRuns: 500 },
    );
  });
});
