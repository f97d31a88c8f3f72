import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadTokenizer, type Tokenizer, trainTokenizer } from '../../src/tokenizer/index.js';
import { anyText, unicodeText } from '../support/arbitraries.js';
import { anyLlama, filesOf, tinyLlama, tinyLlamaJson } from '../support/tokenizers.js';

describe('a sentencepiece tokenizer', () => {
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    tokenizer = await tinyLlama();
  });
  const tokens = async (text: string) => {
    const { ids, offsets } = await tokenizer.encode(text);
    return Array.from(ids, (id, token) => [tokenizer.idToToken(id), ...offsets.slice(2 * token, 2 * token + 2)]);
  };

  it('counts offsets in UTF-16 units, where the native library counts code points', async () => {
    expect(await tokens('the 😀 the')).toEqual([
      ['<s>', 0, 0],
      ['▁the', 0, 3],
      ['▁', 3, 4],
      ['<0xF0>', 4, 6],
      ['<0x9F>', 4, 6],
      ['<0x98>', 4, 6],
      ['<0x80>', 4, 6],
      ['▁the', 6, 10],
    ]);
  });

  it('leaves the begin token out on request', async () => {
    const { ids } = await tokenizer.encode('the', { addSpecialTokens: false });
    expect(ids).toEqual(Int32Array.of(tokenizer.tokenToId('▁the')!));
  });

  it('takes special tokens in a plain string as transformers does', async () => {
    expect(await tokens('the</s>the')).toEqual([
      ['<s>', 0, 0],
      ['▁the', 0, 3],
      ['</s>', 3, 7],
      // The space it puts in front of a text has the range of the letter that follows.
      ['▁the', 7, 10],
    ]);
  });
});

describe('encode', () => {
  let tokenizers: Tokenizer[];
  beforeAll(async () => {
    const byteLevel = await trainTokenizer(['A text to learn from, and a longer text to learn from.'], {
      vocabularySize: 300,
    }).result;
    tokenizers = [await anyLlama(), byteLevel];
  });

  it('gives every token a range that lies in the text, in order, without gaps', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        for (const tokenizer of tokenizers) {
          const { ids, length, offsets } = await tokenizer.encode(text, { addSpecialTokens: false });
          expect(ids.length).toBe(length);
          expect(offsets.length).toBe(2 * length);
          let covered = 0;
          for (let token = 0; token < length; token++) {
            const [start, end] = [offsets[2 * token]!, offsets[2 * token + 1]!];
            expect(start).toBeLessThanOrEqual(covered);
            expect(end).toBeGreaterThanOrEqual(covered);
            covered = end;
          }
          expect(covered).toBe(text.length);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('never cuts a surrogate pair', async () => {
    await fc.assert(
      fc.asyncProperty(unicodeText, async (text) => {
        for (const tokenizer of tokenizers)
          for (const at of (await tokenizer.encode(text)).offsets)
            if (at > 0 && at < text.length) expect(text.codePointAt(at - 1)).not.toBeGreaterThan(0xffff);
      }),
    );
  });

  it('finds the first token that ends past a position', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        for (const tokenizer of tokenizers) {
          const encoding = await tokenizer.encode(text);
          const { offsets, length } = encoding;
          for (let position = 0; position <= text.length; position++) {
            let expected = 0;
            while (expected < length && offsets[2 * expected + 1]! <= position) expected++;
            // The begin token stems from the text only together with what follows it.
            if (text === '') expected = 0;
            expect(encoding.firstTokenPast(position)).toBe(expected);
          }
        }
      }),
      { numRuns: 200 },
    );
  });

  it('does not take a token added behind the text for one of the text', async () => {
    const tokenizer = await loadTokenizer(
      await filesOf({
        'tokenizer.json': tinyLlamaJson(),
        'tokenizer_config.json': { bos_token: '<s>', eos_token: '</s>', add_eos_token: true },
      }),
    );
    const encoding = await tokenizer.encode('the the');
    expect(encoding.length).toBe(4);
    expect(encoding.firstTokenPast(7)).toBe(3);
  });

  it('encodes a batch as it encodes each text', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(anyText, { maxLength: 5 }), async (texts) => {
        for (const tokenizer of tokenizers) {
          const batch = await tokenizer.encodeBatch(texts);
          const single = await Promise.all(texts.map((text) => tokenizer.encode(text)));
          expect(batch.map(({ ids, offsets }) => [ids, offsets])).toEqual(
            single.map(({ ids, offsets }) => [ids, offsets]),
          );
        }
      }),
      { numRuns: 50 },
    );
  });
});
