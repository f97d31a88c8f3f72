import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine, type EngineOptions } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import type { Tokenizer } from '../../src/tokenizer/index.js';
import { difference } from '../support/differences.js';
import { nativeAddon } from '../support/native.js';
import { python, runPython } from '../support/python.js';
import { tinyLlama } from '../support/tokenizers.js';

const config = { hiddenSize: 48, layers: 2, heads: 4, keyValueHeads: 2, contextLength: 200, initializerRange: 0.2 };
const texts = ['a quick fox', 'mountains, and what lives there 🦙', 'a', 'the fox '.repeat(20)];

const engines: readonly EngineOptions[] = [
  ...(nativeAddon === undefined ? [] : [{ engine: 'native', threads: 2 } as const]),
  { backend: 'wasm' },
];

describe.each(engines)('embeddings on %j', (options) => {
  let engine: Engine;
  let tokenizer: Tokenizer;
  let model: VicunaModel;
  beforeAll(async () => {
    engine = await createEngine(options);
    tokenizer = await tinyLlama();
    model = await VicunaModel.create(config, { engine, tokenizer, seed: 4 });
  });
  afterAll(async () => {
    await model[Symbol.asyncDispose]();
    expect(engine.usage.handles).toBe(0);
    await engine[Symbol.asyncDispose]();
  });

  it('have length 1, one for each text, and say how many tokens a text took', async () => {
    const before = engine.usage.handles;
    const embeddings = await model.embed(texts);
    expect(embeddings.map(({ tokens }) => tokens)).toEqual(
      (await tokenizer.encodeBatch(texts)).map(({ length }) => length),
    );
    for (const { values } of embeddings) {
      expect(values).toHaveLength(config.hiddenSize);
      expect(Math.hypot(...values)).toBeCloseTo(1, 6);
    }
    expect(engine.usage.handles).toBe(before);
    expect(await model.embed([])).toEqual([]);
  });

  it('do not depend on the other texts', async () => {
    const together = await model.embed(texts);
    for (const [index, text] of texts.entries()) {
      const [alone] = await model.embed([text]);
      expect(difference(alone!.values, together[index]!.values).maximum).toBeLessThan(1e-6);
    }
  });

  it('of a text beyond the context are refused, naming it; an abort gives its reason', async () => {
    await expect(model.embed(['fine', 'x '.repeat(300)])).rejects.toThrow(/Text 1 takes \d+ tokens/);
    const reason = new Error('enough');
    await expect(model.embed(texts, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });

  it.skipIf(python === undefined)('equal the mean of the hidden states of transformers', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'vicuna-'));
    try {
      await model.save(directory);
      const encoded = await tokenizer.encodeBatch(texts);
      const sequences = encoded.map(({ ids }) => [...ids]);
      const expected = await runPython<number[][]>('embed.py', { directory, sequences });
      for (const [index, { values }] of (await model.embed(texts)).entries())
        expect(difference(values, expected[index]!).maximum).toBeLessThan(1e-5);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });
});
