import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseTokenizerJson } from '../../src/tokenizer/files.js';
import { loadTokenizer, type Tokenizer } from '../../src/tokenizer/index.js';
import { PieceRule } from '../../src/tokenizer/piece-rule.js';
import { anyText, unicodeText } from '../support/arbitraries.js';
import { conversationsDirectory } from '../support/conversations.js';
import { llamaTokenizerPath, tinyLlama, tinyLlamaJson } from '../support/tokenizers.js';

type Native = import('tokenizers').Tokenizer;

interface Beside {
  readonly ours: Tokenizer;
  readonly native: Native;
}

async function nativeOf(source: string): Promise<Native> {
  const { Tokenizer } = await import('tokenizers');
  return Tokenizer.fromString(source);
}

/** Ids, and the code point offsets of the native library where no character counts twice. */
async function expectAlike({ ours, native }: Beside, texts: string[], addSpecialTokens: boolean): Promise<void> {
  const expected = await native.encodeBatch(texts, { addSpecialTokens });
  const encodings = await ours.encodeBatch(texts, { addSpecialTokens });
  for (const [index, text] of texts.entries()) {
    const { ids, offsets, length } = encodings[index]!;
    expect(Array.from(ids)).toEqual(expected[index]!.getIds());
    expect(length).toBe(ids.length);
    const unitOf = [0];
    for (const character of text) unitOf.push(unitOf.at(-1)! + character.length);
    const ranges = expected[index]!.getOffsets().flat();
    expect(Array.from(offsets)).toEqual(ranges.map((codePoint) => unitOf[codePoint]!));
  }
}

describe('a text that is tokenised piece by piece', () => {
  let all: Beside[];
  beforeAll(async () => {
    all = [{ ours: await tinyLlama(), native: await nativeOf(JSON.stringify(tinyLlamaJson())) }];
    if (llamaTokenizerPath === undefined) return;
    const source = await readFile(llamaTokenizerPath, 'utf8');
    all.push({ ours: await loadTokenizer(llamaTokenizerPath), native: await nativeOf(source) });
  });

  it('has the tokens and ranges that the native library gives the whole text', async () => {
    const short = fc.array(fc.oneof(anyText, unicodeText), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(short, fc.boolean(), async (texts, addSpecialTokens) => {
        for (const beside of all) await expectAlike(beside, texts, addSpecialTokens);
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    '',
    ' ',
    '  ',
    ' a',
    '▁',
    '▁a',
    'a▁',
    '</s>',
    ' </s> a </s></s>',
    '😀',
    '你 好',
    '\n\n  x',
    'a\ud800b',
    '\udc00',
  ])('has them at the edges: %j', async (text) => {
    for (const beside of all) await expectAlike(beside, [text], true);
  });

  it.skipIf(!conversationsDirectory || !llamaTokenizerPath)(
    'has them on whole conversations, met once or again',
    async () => {
      const file = join(conversationsDirectory!, 'vicuna-sample-230629.json');
      const records = JSON.parse(await readFile(file, 'utf8')) as { conversations: { value: string }[] }[];
      const texts = records.map(({ conversations }) => conversations.map(({ value }) => value).join(' </s>'));
      const { ours, native } = all.at(-1)!;
      const expected = (await native.encodeBatch(texts, { addSpecialTokens: true })).map((encoding) =>
        encoding.getIds(),
      );
      for (let time = 0; time < 2; time++)
        expect((await ours.encodeBatch(texts)).map(({ ids }) => Array.from(ids))).toEqual(expected);
    },
  );
});

describe('where a text falls into pieces', () => {
  const ruleOf = (overrides: Record<string, unknown>) => {
    const source = JSON.stringify(tinyLlamaJson(overrides));
    return PieceRule.of(parseTokenizerJson(source, 'tokenizer.json'));
  };
  const pieces = (text: string) => {
    const rule = ruleOf({})!;
    const found: string[] = [];
    for (let at = 0; at < text.length; at += found.at(-1)!.length)
      found.push(text.slice(at, rule.end(text, at, text.length)));
    return found;
  };

  it('is between characters that no token holds side by side', () => {
    expect(pieces('the USER')).toEqual(['the', ' USER']);
    expect(pieces('a  😀 b')).toEqual(['a', '  ', '😀', ' ', 'b']);
  });

  const { model, added_tokens: special, post_processor: processor } = tinyLlamaJson();
  const vocab: Record<string, number> = model.vocab;
  it.each([
    ['a pre-tokenizer', { pre_tokenizer: { type: 'Metaspace', replacement: '▁', prepend_scheme: 'always' } }],
    ['another normaliser', { normalizer: { type: 'NFC' } }],
    ['another processor', { post_processor: { type: 'Sequence', processors: [processor] } }],
    ['no bytes', { model: { ...model, byte_fallback: false } }],
    ['bytes that merge', { model: { ...model, vocab: { ...vocab, '<0x41><0x42>': 900 } } }],
    ['words looked up whole', { model: { ...model, ignore_merges: true } }],
    ['marks inside words', { model: { ...model, continuing_subword_prefix: '##' } }],
    ['a special token that takes the space before it', { added_tokens: [{ ...special[0]!, lstrip: true }] }],
    ['a token that is added but not special', { added_tokens: [{ ...special[0]!, special: false }] }],
    ['a special token with a space', { added_tokens: [{ ...special[0]!, content: '<a b>' }] }],
  ])('is left alone with %s', (_, overrides) => {
    expect(ruleOf(overrides)).toBeUndefined();
  });
});
