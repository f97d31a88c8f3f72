import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { byteTokenizer } from '../../src/testing/index.js';
import { type StreamDecoder, type Tokenizer, trainTokenizer } from '../../src/tokenizer/index.js';
import { anyText } from '../support/arbitraries.js';
import { anyLlama, tinyLlama, tinyLlamaJson } from '../support/tokenizers.js';

function streamed(decoder: StreamDecoder, ids: Iterable<number>): string[] {
  return [...Array.from(ids, (id) => decoder.push(id)), decoder.end()];
}

describe('streaming detokenizer', () => {
  let llama: Tokenizer;
  let tokenizers: Tokenizer[];
  beforeAll(async () => {
    llama = await anyLlama();
    const metaspace = { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always', split: false };
    tokenizers = [
      llama,
      await tinyLlama({
        decoder: { type: 'Sequence', decoders: [{ type: 'ByteFallback' }, { type: 'Fuse' }, metaspace] },
      }),
      await trainTokenizer(['to learn from'], { vocabularySize: 262 }).result,
    ];
  });

  it('gives the text back, whatever it is', async () => {
    await fc.assert(
      fc.asyncProperty(anyText, async (text) => {
        const { ids } = await llama.encode({ text, controls: [] });
        // Of a sentencepiece text the meta symbol and the space are one; half a surrogate pair is no text, nor is a noncharacter.
        const expected = text.replaceAll('▁', ' ').replaceAll(/\p{Cs}|[\ufdd0-\ufdef]/gu, '\ufffd');
        expect(streamed(llama.streamDecoder(), ids).join('')).toBe(expected);
        expect(await llama.decode(ids)).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it('lays the bytes of tokens end to end, which are known by themselves', async () => {
    for (const tokenizer of [...tokenizers, byteTokenizer()]) {
      const ids = [...tokenizer.specialTokens.values()];
      for (let id = 0; id < tokenizer.vocabularySize; id++) if (!ids.includes(id)) ids.push(id);
      const bytes = ids.map((id) => tokenizer.tokenBytes(id) ?? new Uint8Array());
      expect(streamed(tokenizer.streamDecoder({ continuation: true }), ids).join('')).toBe(
        new TextDecoder('utf-8', { ignoreBOM: true }).decode(Buffer.concat(bytes)),
      );
      for (const id of tokenizer.specialTokens.values()) expect(tokenizer.tokenBytes(id)).toBeUndefined();
      for (const id of [-1, 0.5, tokenizer.vocabularySize]) expect(tokenizer.tokenBytes(id)).toBeUndefined();
    }
  });

  it('streams what decode gives for any ids at all, and never half a character', async () => {
    for (const tokenizer of tokenizers)
      await fc.assert(
        fc.asyncProperty(
          fc.array(fc.oneof(fc.nat(tokenizer.vocabularySize - 1), fc.nat(258)), { maxLength: 30 }),
          fc.boolean(),
          async (ids, skipSpecialTokens) => {
            const pieces = streamed(tokenizer.streamDecoder({ skipSpecialTokens }), ids);
            expect(pieces.join('')).toBe(await tokenizer.decode(ids, { skipSpecialTokens }));
            for (const piece of pieces) expect(piece).not.toMatch(/\p{Cs}/u);
          },
        ),
        { numRuns: 300 },
      );
  });

  it('holds back the bytes of a character until it is whole', () => {
    const bytes = [0xf0, 0x9f, 0x98, 0x80].map((byte) => llama.tokenToId(`<0x${byte.toString(16).toUpperCase()}>`)!);
    expect(streamed(llama.streamDecoder(), bytes)).toEqual(['', '', '', '😀', '']);
    expect(streamed(llama.streamDecoder(), bytes.slice(0, 3))).toEqual(['', '', '', '\ufffd']);
  });

  // The native decoder would turn all of é into replacement characters too, after it had been shown.
  it('replaces only what is no character', async () => {
    const ids = ['<0xC3>', '<0xA9>', '<0xFF>', 'a'].map((token) => llama.tokenToId(token)!);
    expect(await llama.decode(ids)).toBe('é\ufffda');
  });

  it('drops the space that a sentencepiece text begins with, but not that of a continuation', () => {
    const ids = ['▁', '▁A'].map((token) => llama.tokenToId(token)!);
    expect(streamed(llama.streamDecoder(), ids)).toEqual(['', ' A', '']);
    expect(streamed(llama.streamDecoder({ continuation: true }), ids)).toEqual([' ', ' A', '']);
  });

  it('begins anew after the end', () => {
    const decoder = llama.streamDecoder();
    const id = llama.tokenToId('▁A')!;
    expect([...streamed(decoder, [id]), ...streamed(decoder, [id])]).toEqual(['A', '', 'A', '']);
  });

  it('shows special tokens on request', () => {
    const { id } = llama.endToken;
    expect(streamed(llama.streamDecoder(), [id])).toEqual(['', '']);
    expect(streamed(llama.streamDecoder({ skipSpecialTokens: false }), [id])).toEqual(['</s>', '']);
  });

  it('takes many ids at once', async () => {
    const { ids } = await llama.encode('Grüße, 世界 😀');
    const decoder = llama.streamDecoder();
    expect(decoder.push(ids) + decoder.end()).toBe('Grüße, 世界 😀');
  });

  it.each([-1, 0.5, Number.NaN, 2 ** 31])('refuses the id %d', async (id) => {
    await expect(llama.decode([id])).rejects.toMatchObject({ code: 'data-malformed' });
    expect(() => llama.streamDecoder().push(llama.vocabularySize)).toThrow(/outside the vocabulary/);
  });

  it('says so where the decoder is of a kind it does not know', async () => {
    const tokenizer = await tinyLlama({ decoder: { type: 'WordPiece', prefix: '##', cleanup: true } });
    expect((await tokenizer.encode('the')).length).toBe(2);
    await expect(tokenizer.decode([1])).rejects.toThrow(/decoder "WordPiece"/);
  });

  it('knows the decoder of every kind that it accepts', async () => {
    const json = tinyLlamaJson({ decoder: { type: 'Replace', pattern: { String: '▁' }, content: '_' } });
    const tokenizer = await tinyLlama(json);
    expect(await tokenizer.decode((await tokenizer.encode('the a')).ids)).toBe('_the_a');
  });
});
