import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ConfigError } from '../../src/core/index.js';
import { loadTokenizer, type Tokenizer, trainTokenizer } from '../../src/tokenizer/index.js';
import { unicodeText } from '../support/arbitraries.js';
import { projectDirectory } from '../support/shared-data.js';
import { temporaryDirectory } from '../support/temporary.js';

const english = await readFile(join(projectDirectory, 'LICENSE'), 'utf8');

async function learned(texts: readonly string[], vocabularySize: number, minimumCount = 1): Promise<string[]> {
  const tokens: string[] = [];
  for await (const event of trainTokenizer(texts, { vocabularySize, minimumCount }))
    if (event.type === 'token-learned') tokens.push(event.text);
  return tokens;
}

async function saved(tokenizer: Tokenizer): Promise<string> {
  const directory = await temporaryDirectory();
  await tokenizer.save(directory);
  return readFile(join(directory, 'tokenizer.json'), 'utf8');
}

describe('trainTokenizer', () => {
  it('learns tokens up to the vocabulary size', async () => {
    const tokenizer = await trainTokenizer([english], { vocabularySize: 900 }).result;
    expect(tokenizer.vocabularySize).toBe(900);
    expect(tokenizer).toMatchObject({ beginToken: { id: 1, text: '<s>' }, endToken: { id: 2, text: '</s>' } });
    const { ids } = await tokenizer.encode(' this License');
    expect(Array.from(ids, (id) => tokenizer.idToToken(id))).toEqual(['<s>', 'Ġthis', 'ĠLicense']);
  });

  it('encodes any text, and gives it back', async () => {
    const tokenizer = await trainTokenizer(['little to learn from'], { vocabularySize: 300 }).result;
    await fc.assert(
      fc.asyncProperty(unicodeText, async (text) => {
        const { ids } = await tokenizer.encode({ text, controls: [] });
        expect(await tokenizer.decode(ids)).toBe(text.replaceAll(/[\ufdd0-\ufdef]/g, '\ufffd'));
      }),
    );
  });

  it('merges what the native trainer merges, in the same order', async () => {
    const { BPE, byteLevelPreTokenizer, Tokenizer: Native } = await import('tokenizers');
    const directory = await temporaryDirectory();
    const awkward =
      "naïve café — 世界世界 аa\u00a0b\u0085c\ufeffd   e\n\n\tf 12 345 6789 don’t don't we'll </s></s></s> 😀😀\n".repeat(
        3,
      );
    const text = english + awkward;
    await writeFile(join(directory, 'text'), text);
    const native = new Native(BPE.empty());
    native.setPreTokenizer(byteLevelPreTokenizer(false, true));
    native.train([join(directory, 'text')]);
    native.save(join(directory, 'native.json'));
    const { model } = JSON.parse(await readFile(join(directory, 'native.json'), 'utf8'));
    const expected = model.merges.map(([left, right]: [string, string]) => left + right);
    expect(expected.length).toBeGreaterThan(1000);
    // The native trainer reads a file line by line.
    const tokens = await learned(text.split(/(?<=\n)/), 259 + expected.length);
    expect(tokens).toEqual(expected);
  });

  it('gives the same tokenizer for the same texts', async () => {
    const train = () => trainTokenizer([english, english.toUpperCase()], { vocabularySize: 700 }).result;
    expect(await saved(await train())).toBe(await saved(await train()));
  });

  it('saves what loads as the same tokenizer', async () => {
    const tokenizer = await trainTokenizer([english], { vocabularySize: 500 }).result;
    const directory = await temporaryDirectory();
    await tokenizer.save(directory);
    const loaded = await loadTokenizer(directory);
    expect((await loaded.encode(english)).ids).toEqual((await tokenizer.encode(english)).ids);
    expect(loaded.specialTokens).toEqual(tokenizer.specialTokens);
  });

  it('stops where no pair is frequent enough', async () => {
    expect(await learned(['ab ab ab ab cd cd'], 400, 3)).toEqual(['ab', 'Ġab']);
    expect(await learned([], 400)).toEqual([]);
    expect(await learned(['aaaaaa'], 400)).toEqual(['aa', 'aaaa', 'aaaaaa']);
  });

  it('makes one token of a text that comes about in two ways', async () => {
    const texts = ['abc abc abc abc', 'bcd bcd bcd bcd bcd bcd', 'abx abx abx abx abx abx abx', 'abc'];
    const tokenizer = await trainTokenizer(texts, { vocabularySize: 400, minimumCount: 1 }).result;
    const { model } = JSON.parse(await saved(tokenizer));
    const ids = Object.values(model.vocab);
    expect(new Set(ids).size).toBe(ids.length);
    expect(tokenizer.vocabularySize).toBe(ids.length);
  });

  it('says what it counted and how far it is', async () => {
    const progress: string[] = [];
    const events = [];
    const run = trainTokenizer(
      ['to be', 'or to be'],
      { vocabularySize: 261 },
      { onProgress: ({ phase, done }) => progress.push(`${phase} ${done}`) },
    );
    for await (const event of run) events.push(event);
    expect(events).toEqual([
      { type: 'texts-counted', texts: 2, distinctWords: 4 },
      { type: 'token-learned', text: 'be', count: 2 },
      { type: 'token-learned', text: 'to', count: 2 },
    ]);
    expect(progress).toEqual(['read 1', 'read 2', 'merge 260', 'merge 261']);
  });

  it('stops when it is told to, amid merges too', async () => {
    const reason = new Error('enough');
    const controller = new AbortController();
    const { signal } = controller;
    const run = trainTokenizer([english], { vocabularySize: 5000, minimumCount: 1 }, { signal });
    setTimeout(() => controller.abort(reason), 1);
    await expect(run.result).rejects.toBe(reason);
  });

  it('needs room for the bytes', () => {
    expect(() => trainTokenizer([], { vocabularySize: 258 })).toThrow(ConfigError);
    expect(() => trainTokenizer([], { vocabularySize: 258 })).toThrow(/vocabularySize: needs room/);
  });
});
