// Trains 2,000 steps, or decodes 10,000, and prints what memory was taken before and after them, when as much had been done
// that V8 has the size it keeps: Node 24 grows its young generation over a thousand steps.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random } from '../../src/core/index.js';
import { createEngine, type Engine, type EngineUsage } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { byteTokenizer } from '../../src/testing/index.js';
import { VicunaTrainer } from '../../src/train/index.js';
import { anyByte } from './any-byte.js';

/** What a process and an engine hold, garbage left out. */
export interface Holdings {
  readonly steps: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  readonly usage: EngineUsage;
}

const isTraining = process.argv[2] === 'train';
/** A small vocabulary makes quick steps, a large one logits that would be missed. */
const vocabulary = isTraining ? 512 : 2048;
const config = {
  vocabularySize: vocabulary,
  hiddenSize: 32,
  layers: 2,
  heads: 2,
  ffnSize: 64,
  contextLength: 256,
} as const;

async function holdings(steps: number, engine: Engine): Promise<Holdings> {
  // What the collector finds at once, and what its finalisers then let go of.
  for (let round = 0; round < 3; round++) {
    globalThis.gc?.();
    await new Promise((resolve) => setImmediate(resolve));
  }
  const { rss, heapUsed } = process.memoryUsage();
  return { steps, residentBytes: rss, heapBytes: heapUsed, usage: engine.usage };
}

async function* training(engine: Engine, model: VicunaModel): AsyncGenerator<Holdings> {
  const [warmUp, steps] = [2000, 4000];
  const outputDirectory = await mkdtemp(join(tmpdir(), 'vicuna-soak-'));
  try {
    const random = Random.fromSeed(1);
    const examples = Array.from({ length: 16 }, (_, index) => {
      const tokens = Int32Array.from({ length: 96 + index }, () => random.integer(vocabulary));
      return { id: String(index), tokens, labels: tokens, supervisedTokens: tokens.length - 1 };
    });
    const settings = { outputDirectory, maxSteps: steps, batchConversations: 2, maxTokens: 128 };
    const trainer = await VicunaTrainer.create(settings, { model });
    for await (const event of trainer.trainExamples(examples))
      if (event.type === 'step-end' && (event.step === warmUp || event.step === steps))
        yield await holdings(event.step, engine);
  } finally {
    await rm(outputDirectory, { recursive: true, force: true });
  }
}

async function* decoding(engine: Engine, model: VicunaModel): AsyncGenerator<Holdings> {
  const [warmUp, steps] = [1000, 11_000];
  let decoded = 0;
  for (const until of [warmUp, steps]) {
    while (decoded < until) {
      const settings = { maxTokens: 200, temperature: decoded % 400 === 0 ? 0 : 1, topK: 40, seed: decoded };
      const { usage } = await model.complete('What now?', settings).result;
      decoded += usage.completionTokens;
    }
    yield await holdings(decoded, engine);
  }
}

await using engine = await createEngine({ engine: 'native', threads: 2 });
await using model = await VicunaModel.create(config, {
  engine,
  tokenizer: anyByte(byteTokenizer()),
  // What is kept on purpose would hide what is lost.
  batching: { prefixCacheBytes: 0 },
});
const measured: Holdings[] = [];
for await (const holding of isTraining ? training(engine, model) : decoding(engine, model)) measured.push(holding);
process.stdout.write(`${JSON.stringify(measured)}\n`);
