import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { type MarkedText, type Tokenizer, trainTokenizer } from '../../src/tokenizer/index.js';
import { unicodeText } from '../support/arbitraries.js';
import { anyLlama, tinyLlama, tinyLlamaJson } from '../support/tokenizers.js';

const END = '</s>';

/** Contents with the end token meant after each. */
function mark(contents: readonly string[]): MarkedText {
  let text = '';
  const controls: number[] = [];
  for (const content of contents) {
    text += content;
    controls.push(text.length);
    text += END;
  }
  return { text, controls };
}

describe('marked text', () => {
  let llama: Tokenizer;
  let tokenizers: Tokenizer[];
  beforeAll(async () => {
    llama = await anyLlama();
    const nonLegacy = tinyLlamaJson({
      normalizer: null,
      pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'first', split: false },
    });
    tokenizers = [
      llama,
      await tinyLlama(nonLegacy),
      await trainTokenizer(['to learn from'], { vocabularySize: 262 }).result,
    ];
  });
  const endsAmong = ({ ids }: { ids: Int32Array }) => ids.filter((id) => id === llama.endToken.id).length;

  it('makes an end token only where one is meant', async () => {
    const text = `Say ${END} now.${END}`;
    expect(endsAmong(await llama.encode(text))).toBe(2);
    const marked = await llama.encode({ text, controls: [text.length - 4] });
    expect(endsAmong(marked)).toBe(1);
    expect(marked.ids.at(-1)).toBe(llama.endToken.id);
    expect(endsAmong(await llama.encode({ text, controls: [] }))).toBe(0);
    expect(await llama.decode(marked.ids, { skipSpecialTokens: false })).toBe(`<s> ${text}`);
  });

  it('encodes as a plain string does where messages hold no special token', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(unicodeText, { maxLength: 3 }), async (contents) => {
        const plain = contents.map((content) => content.replaceAll(/<\/?s>|[\ufdd0-\ufdef]/g, ''));
        fc.pre(plain.every((content) => !/<(s|\/s|unk)>/.test(content)));
        const marked = mark(plain);
        for (const tokenizer of tokenizers) {
          const [expected, actual] = await tokenizer.encodeBatch([marked.text, marked]);
          expect(actual!.ids).toEqual(expected!.ids);
        }
      }),
    );
  });

  // A special token in one message must not change how another is encoded, nor where anything stands.
  it('encodes what surrounds a stray special token as if it were any other text', async () => {
    await fc.assert(
      fc.asyncProperty(unicodeText, unicodeText, async (first, second) => {
        const harmless = [first, second].map((content) => content.replaceAll(/<(s|\/s|unk)>|[\ufdd0-\ufdef]/g, ''));
        const marked = mark([...harmless, `stray ${END}`]);
        const before = mark(harmless).text.length;
        for (const tokenizer of tokenizers) {
          const [clean, stray] = await tokenizer.encodeBatch([mark(harmless), marked]);
          const kept = stray!.firstTokenPast(before);
          expect(stray!.ids.subarray(0, kept)).toEqual(clean!.ids);
          expect(stray!.offsets.subarray(0, 2 * kept)).toEqual(clean!.offsets);
        }
      }),
    );
  });

  it('holds whatever a message says', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(unicodeText, { minLength: 1, maxLength: 4 }), async (contents) => {
        const marked = mark(contents);
        for (const tokenizer of tokenizers) {
          const { ids, offsets } = await tokenizer.encode(marked);
          const specials = new Set(tokenizer.specialTokens.values());
          const found = Array.from(ids, (id, token) => (specials.has(id) ? offsets[2 * token]! : -1));
          expect(found.slice(1).filter((at) => at >= 0)).toEqual(marked.controls);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('cannot be tricked with the noncharacters that spell special tokens inside', async () => {
    for (const content of ['\ufdd0\ufdd0\ufdd0\ufdef', '\ufdd1\ufdef', `${END}\ufdd0\ufdd0\ufdd0\ufdef`]) {
      const marked = mark([content, END]);
      for (const tokenizer of tokenizers) {
        const { ids } = await tokenizer.encode(marked, { addSpecialTokens: false });
        expect(Array.from(ids).filter((id) => [...tokenizer.specialTokens.values()].includes(id))).toHaveLength(2);
      }
    }
  });

  it('says so where no special token stands at a mark', async () => {
    await expect(llama.encode({ text: 'no token here', controls: [3] })).rejects.toThrow(
      /No special token .* stands at 3, where the template has "token here"/,
    );
  });

  it('respells tokenizers whose special tokens are not in the model vocabulary', async () => {
    const { added_tokens, ...json } = tinyLlamaJson();
    const extra = ['<|eot|>', '<|end|>', '|'].map((content, index) => ({
      ...added_tokens[0]!,
      id: 900 + index,
      content,
    }));
    const tokenizer = await tinyLlama({ ...json, added_tokens: [...added_tokens, ...extra] });
    const { ids } = await tokenizer.encode(
      { text: 'a<|eot|>b<|eot|>|</s>', controls: [8 + 1] },
      { addSpecialTokens: false },
    );
    const specials = new Set(tokenizer.specialTokens.values());
    expect(Array.from(ids).filter((id) => specials.has(id))).toEqual([tokenizer.tokenToId('<|eot|>')]);
  });
});
