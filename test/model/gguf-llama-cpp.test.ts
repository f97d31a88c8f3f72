import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Conversation, renderConversation, renderPrompt, vicunaV1_1 } from '../../src/conversation/index.js';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { type LlamaConfig, VicunaModel } from '../../src/model/index.js';
import { loadTokenizer, type Tokenizer, trainTokenizer } from '../../src/tokenizer/index.js';
import { VicunaTrainer } from '../../src/train/index.js';
import {
  askLlama,
  canQuantize,
  isLlamaHere,
  type LlamaAnswer,
  type LlamaJob,
  llamaFileTypes,
  quantizeWithLlama,
} from '../support/llama-cpp.js';
import { llamaTokenizerPath, tinyLlama } from '../support/tokenizers.js';

const pair = (id: string, user: string, assistant: string): Conversation => ({
  id,
  messages: [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ],
});
const conversations = [
  pair('bread', 'What does the baker sell?', 'Rye bread, and rolls on Sundays.'),
  pair('ferry', 'When does the last ferry leave?', 'At 18:45, if the captain is awake.'),
  pair('Fähre', 'Was kostet die Überfahrt?', 'Vier Münzen; Hunde fahren umsonst mit.'),
  pair('灯塔', '谁在看守灯塔？', '奥迪尔，还有一只猫。'),
];
const texts = [
  'Hello world',
  'the baker sells  two  spaces',
  ' 12345 — naïve 🦙🦙 llamas',
  'line\n\n\tbreaks\r\n',
  "it's (quoted) “text”; we'll see…",
];

/** A byte-level tokenizer of the conversations. */
function bytes(): Promise<Tokenizer> {
  const learned = conversations.map((each) => renderConversation(each, vicunaV1_1).text);
  return trainTokenizer(learned, { vocabularySize: 400 }).result;
}

const types = ['F32', 'F16', 'Q8_0'] as const;
/** Every way a LLaMA of ours differs from another: pieces or bytes, shared heads, ropes, tied embeddings. */
const models: Readonly<Record<string, { config: LlamaConfig; tokenizer: () => Promise<Tokenizer> }>> = {
  'LLaMA 2 with pieces': {
    config: {
      hiddenSize: 64,
      layers: 2,
      heads: 4,
      contextLength: 256,
      rope: { theta: 10_000, scaling: { type: 'linear', factor: 2 } },
    },
    tokenizer: () => tinyLlama(),
  },
  'LLaMA 3.2 with bytes': {
    config: {
      hiddenSize: 64,
      layers: 2,
      heads: 4,
      keyValueHeads: 2,
      contextLength: 256,
      tiedEmbeddings: true,
      rope: {
        theta: 500_000,
        scaling: { type: 'llama3', factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContext: 64 },
      },
    },
    tokenizer: () => bytes(),
  },
};

/** Rows are whole blocks of 256, as the K types want them. */
const wide: LlamaConfig = {
  hiddenSize: 256,
  layers: 1,
  heads: 4,
  keyValueHeads: 2,
  ffnSize: 256,
  contextLength: 256,
  initializerRange: 0.05,
};

describe.skipIf(!isLlamaHere)('a GGUF file of ours, in llama.cpp', () => {
  const peers = new Map<string, LlamaAnswer>();
  let engine: Engine;
  let folder: string;
  const fileOf = (name: string, type: string) => join(folder, `${name} ${type}.gguf`);

  beforeAll(async () => {
    engine = await createEngine();
    folder = await mkdtemp(join(tmpdir(), 'vicuna-'));
    const jobs: LlamaJob[] = [];
    for (const [name, { config, tokenizer: make }] of Object.entries(models)) {
      await using model = await VicunaModel.create(
        { ...config, initializerRange: 0.1 },
        { engine, tokenizer: await make(), seed: 1 },
      );
      await learn(model, join(folder, name));
      for (const type of types) {
        await model.saveGguf(fileOf(name, type), { type });
        jobs.push({ model: fileOf(name, type), texts, prompts: await promptsOf(model), count: 60 });
      }
    }
    for (const [name, tokenizer] of await otherTokenizers(folder)) {
      await using model = await VicunaModel.create({ hiddenSize: 32, layers: 1, heads: 1 }, { engine, tokenizer });
      await model.saveGguf(fileOf(name, 'F16'));
      jobs.push({ model: fileOf(name, 'F16'), texts, prompts: [], count: 0 });
    }
    if (canQuantize) {
      await using model = await VicunaModel.create(wide, { engine, tokenizer: await bytes(), seed: 1 });
      await learn(model, join(folder, 'wide'));
      await model.saveGguf(fileOf('wide', 'F32'), { type: 'F32' });
      await quantizeWithLlama(fileOf('wide', 'F32'), (type) => fileOf('wide', type));
      const prompts = await promptsOf(model);
      for (const type of llamaFileTypes) jobs.push({ model: fileOf('wide', type), texts: [], prompts, count: 60 });
    }
    for (const [index, answer] of (await askLlama(jobs)).entries()) peers.set(jobs[index]!.model, answer);
  });
  afterAll(async () => {
    await engine[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  async function expectSameReplies(path: string): Promise<void> {
    const { replies } = peers.get(path)!;
    await using model = await VicunaModel.load(path, { engine });
    const prompts = await promptsOf(model);
    for (const [index, { messages }] of conversations.entries()) {
      expect(replies[index]!.ids).toEqual(await greedy(model, prompts[index]!, 60));
      const { text } = await model.chat(messages.slice(0, 1), { temperature: 0, maxTokens: 60 }).result;
      expect(text).toBe(messages[1]!.content);
      expect(replies[index]!.text.trim()).toBe(text);
    }
  }

  const cases = Object.keys(models).flatMap((name) => types.map((type) => [name, type] as const));

  it.each(cases)('%s as %s answers as it does here, token by token', async (name, type) => {
    await expectSameReplies(fileOf(name, type));
  });

  it.skipIf(!canQuantize).each(llamaFileTypes)(
    'stored as %s by llama.cpp itself, it answers there as it does here',
    async (type) => {
      await expectSameReplies(fileOf('wide', type));
    },
  );

  it.each(cases)('%s as %s tokenises as it does here', async (name, type) => {
    await using model = await VicunaModel.load(fileOf(name, type), { engine });
    await expectSameIds(model.tokenizer, peers.get(fileOf(name, type))!);
  });

  it('the tokenizers of LLaMA, LLaMA 3 and SmolLM are the same there, and when they are read back', async () => {
    for (const [name, tokenizer] of await otherTokenizers(folder)) {
      await expectSameIds(tokenizer, peers.get(fileOf(name, 'F16'))!);
      await using model = await VicunaModel.load(fileOf(name, 'F16'), { engine });
      await expectSameIds(model.tokenizer, peers.get(fileOf(name, 'F16'))!);
    }
  });
});

/** The real LLaMA's, where it is at hand; and small ones that cut texts as others do. */
async function otherTokenizers(folder: string): Promise<Map<string, Tokenizer>> {
  const found = new Map<string, Tokenizer>();
  if (llamaTokenizerPath !== undefined) found.set('LLaMA', await loadTokenizer(llamaTokenizerPath));
  const byteLevel = { type: 'ByteLevel', add_prefix_space: false, trim_offsets: true };
  const llama3 = {
    type: 'Split',
    pattern: {
      Regex:
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
    },
    behavior: 'Isolated',
    invert: false,
  };
  const cuts = {
    'LLaMA 3': { first: llama3, rest: { ...byteLevel, use_regex: false }, ignoreMerges: true },
    SmolLM: {
      first: { type: 'Digits', individual_digits: true },
      rest: { ...byteLevel, use_regex: true },
      ignoreMerges: false,
    },
  };
  const own = await bytes();
  for (const [name, { first, rest, ignoreMerges }] of Object.entries(cuts)) {
    const directory = join(folder, name);
    await mkdir(directory, { recursive: true });
    await own.save(directory);
    const path = join(directory, 'tokenizer.json');
    const json = JSON.parse(await readFile(path, 'utf8'));
    json.pre_tokenizer = { type: 'Sequence', pretokenizers: [first, rest] };
    json.model.ignore_merges = ignoreMerges;
    await writeFile(path, JSON.stringify(json));
    found.set(name, await loadTokenizer(directory));
  }
  return found;
}

async function expectSameIds(tokenizer: Tokenizer, { ids, tokens }: LlamaAnswer): Promise<void> {
  for (const [index, text] of texts.entries())
    expect(ids[index], text).toEqual([...(await tokenizer.encode(text, { addSpecialTokens: false })).ids]);
  expect(tokens.bos).toBe(tokenizer.beginToken?.id);
  expect(tokens.eos).toBe(tokenizer.endToken.id);
  expect(tokens.shouldPrependBosToken).toBe((await tokenizer.encode('')).ids[0] === tokenizer.beginToken?.id);
}

/** Learns the conversations by heart: random weights would leave what is likeliest to the last bit. */
async function learn(model: VicunaModel, outputDirectory: string): Promise<void> {
  const trainer = await VicunaTrainer.create(
    { outputDirectory, epochs: 60, batchConversations: 4, learningRate: 6e-3, warmupSteps: 3, beta2: 0.99 },
    { model },
  );
  await trainer.train(conversations).result;
}

async function promptsOf({ template, tokenizer }: VicunaModel): Promise<number[][]> {
  const rendered = conversations.map(({ messages }) => renderPrompt(messages.slice(0, 1), template));
  return (await tokenizer.encodeBatch(rendered)).map(({ ids }) => [...ids]);
}

/** What is likeliest, token after token, up to the token that ends a reply. */
async function greedy(model: VicunaModel, prompt: readonly number[], count: number): Promise<number[]> {
  const { vocabularySize } = model.config;
  const tokens = [...prompt];
  while (tokens.length < prompt.length + count) {
    const row = (await model.logits(tokens)).subarray(-vocabularySize);
    tokens.push(row.indexOf(Math.max(...row)));
    if (tokens.at(-1) === model.tokenizer.endToken.id) break;
  }
  return tokens.slice(prompt.length);
}
