import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { packagedBinary } from '../../scripts/build-native.mjs';
import { Random } from '../../src/core/index.js';
import { createEngine, type Engine } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import { byteTokenizer } from '../../src/testing/index.js';
import { VicunaTrainer } from '../../src/train/index.js';
import { anyByte } from '../support/any-byte.js';
import { nativeAddon } from '../support/native.js';
import { temporaryDirectory } from '../support/temporary.js';

const binary = process.env.VICUNA_NATIVE_BINARY ?? packagedBinary();
const loop = fileURLToPath(new URL('../support/native-loop.mjs', import.meta.url));
const config = {
  vocabularySize: 1000,
  hiddenSize: 128,
  layers: 3,
  heads: 4,
  ffnSize: 300,
  contextLength: 512,
} as const;

/** Milliseconds to wait: the same in every run, though not what is being computed when they are over. */
function momentsOf(name: string, count: number, longest: number): number[] {
  const random = Random.fromSeed(1, name);
  return Array.from({ length: count }, () => random.uniform() * longest);
}

/** Random tokens, all of them learned. */
const examples = Array.from({ length: 24 }, (_, index) => {
  const random = Random.fromSeed(index, 'example');
  const tokens = Int32Array.from({ length: 200 }, () => random.integer(config.vocabularySize));
  return { id: String(index), tokens, labels: tokens, supervisedTokens: tokens.length - 1 };
});

// What is kept on purpose would hide what is lost.
const batching = { prefixCacheBytes: 0 };
const createModel = (engine: Engine) =>
  VicunaModel.create(config, { engine, tokenizer: anyByte(byteTokenizer()), batching });

describe.skipIf(nativeAddon === undefined)('the native engine, stopped at any moment', () => {
  it('ends an aborted training with its reason and keeps nothing of it', async () => {
    await using engine = await createEngine({ engine: 'native', threads: 2 });
    await using model = await createModel(engine);
    const { usage } = engine;
    const outputDirectory = join(await temporaryDirectory(), 'out');
    for (const moment of momentsOf('train', 25, 120)) {
      const controller = new AbortController();
      const reason = new Error(`after ${moment} ms`);
      const trainer = await VicunaTrainer.create({ outputDirectory, maxSteps: 100_000 }, { model });
      const training = trainer.trainExamples(examples, { signal: controller.signal }).result;
      const ended = expect(training).rejects.toBe(reason);
      await setTimeout(moment);
      controller.abort(reason);
      await ended;
      expect(engine.usage).toEqual(usage);
    }
  });

  it('ends aborted chats with their reasons, those beside them unharmed', async () => {
    await using engine = await createEngine({ engine: 'native', threads: 2 });
    await using model = await createModel(engine);
    const { usage } = engine;
    const complete = (signal?: AbortSignal) =>
      model.complete('What is a lighthouse for?', { temperature: 0, maxTokens: 60, signal }).result;
    const whole = await complete();
    const moments = momentsOf('chat', 25, 40);
    for (let pair = 0; pair + 1 < moments.length; pair += 2) {
      const aborted = moments.slice(pair, pair + 2).map(async (moment) => {
        const controller = new AbortController();
        const reason = new Error(`after ${moment} ms`);
        const replying = complete(controller.signal).catch((error: unknown) => error);
        await setTimeout(moment);
        controller.abort(reason);
        // Where the machine was quick, the reply was there before.
        expect([reason, whole]).toContainEqual(await replying);
      });
      expect(await complete()).toEqual(whole);
      await Promise.all(aborted);
    }
    expect(engine.usage).toEqual(usage);
  });

  it('is disposed of in the midst of a step: what was asked for before ends, what comes after is refused', async () => {
    for (const moment of momentsOf('dispose', 20, 60)) {
      const engine = await createEngine({ engine: 'native', threads: 3 });
      const model = await createModel(engine);
      const losses = (async () => {
        for (;;) await model.tokenLosses(examples[0]!.tokens);
      })();
      const refused = expect(losses).rejects.toMatchObject({ code: 'disposed' });
      await setTimeout(moment);
      await engine[Symbol.asyncDispose]();
      await refused;
      expect(engine.usage).toEqual({ handles: 0, bytes: 0 });
    }
  });

  it('lets its workers be terminated, with different numbers of threads side by side', async () => {
    const errors: unknown[] = [];
    for (const moment of momentsOf('terminate', 12, 40)) {
      const workers = [1, 2, 3].map((threads) => new Worker(loop, { workerData: [binary, threads] }));
      for (const worker of workers) worker.on('error', (error) => errors.push(error));
      // The first computes by then; the others may be loading still.
      await once(workers[0]!, 'message');
      await setTimeout(moment);
      await Promise.all(workers.map((worker) => worker.terminate()));
    }
    expect(errors).toEqual([]);
  });

  it('lets its process exit with the code it was given', async () => {
    for (const moment of momentsOf('exit', 8, 40)) {
      const exiting = `setTimeout(() => process.exit(7), ${moment + 50}); await import(${JSON.stringify(loop)});`;
      const child = spawn(process.execPath, ['--input-type=module', '-e', exiting, '', binary]);
      expect(await once(child, 'close')).toEqual([7, null]);
    }
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGKILL'] as const)('lets its process be ended by %s', async (signal) => {
    for (const moment of momentsOf(signal, 6, 40)) {
      const child = spawn(process.execPath, [loop, binary, '2']);
      const ended = once(child, 'close');
      await Promise.race([once(child.stdout, 'data'), ended]);
      await setTimeout(moment);
      child.kill(signal);
      expect(await ended).toEqual([null, signal]);
    }
  });
});
