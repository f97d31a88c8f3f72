// Claim: several chats at once are faster than one after the other, to the same text bit for bit, and a long prompt that
// arrives among them neither keeps replies from going on nor short prompts from being answered. Native engine, greedy, the
// public `complete`. First tokens a second of 1, 4, 8 and 16 chats, in turn together and one after the other; then, for
// several step sizes, how long running chats waited for a token and new ones for their first while a long prompt was read.
// Options: --size small --weights float32 --chats 1,4,8,16 --prompt 64 --new 48 --rounds 3 --long 1500 --steps 64,256,2048
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createEngine } from '../src/engine/index.js';
import { type BatchingConfig, VicunaModel, type WeightFormat } from '../src/model/index.js';
import { byteTokenizer } from '../src/testing/index.js';
import type { Tokenizer } from '../src/tokenizer/index.js';
import { alternate, ratios, summarise } from './support/measure.js';
import { describeSize, modelConfig, sizeFrom, sizeOptions } from './support/sizes.js';

const { values } = parseArgs({
  options: {
    ...sizeOptions,
    weights: { type: 'string', default: 'float32' },
    chats: { type: 'string', default: '1,4,8,16' },
    prompt: { type: 'string', default: '64' },
    new: { type: 'string', default: '48' },
    rounds: { type: 'string', default: '3' },
    long: { type: 'string', default: '1500' },
    steps: { type: 'string', default: '64,256,2048' },
  },
});
const size = sizeFrom(values);
const counts = values.chats.split(',').map(Number);
const [promptTokens, newTokens, longTokens] = [Number(values.prompt), Number(values.new), Number(values.long)];

/** A token a byte going in; coming out, a character for every id that the model has. Nothing ends a reply. */
const tokenizer: Tokenizer = {
  ...byteTokenizer(),
  endTokenIds: [],
  tokenToId: () => undefined,
  streamDecoder: () => ({
    push: (ids) => String.fromCharCode(...[ids].flat().map((id) => 0x4e00 + Number(id))),
    end: () => '',
  }),
};
/** A prompt of so many tokens, the begin token included. */
const promptOf = (tokens: number, number: number) =>
  `${number} `.padEnd(tokens - 1, `chat ${number} tells of mountains; `).slice(0, tokens - 1);

const folder = await mkdtemp(join(tmpdir(), 'vicuna-bench-'));
try {
  await prepare();
  await throughput();
  for (const stepTokens of values.steps.split(',').map(Number)) await longPrompt(stepTokens);
} finally {
  await rm(folder, { recursive: true });
}

async function prepare(): Promise<void> {
  await using engine = await createEngine({ engine: 'native' });
  const contextLength = longTokens + newTokens + 1;
  const config = { ...modelConfig(size), contextLength, initializerRange: 0.04, endTokenIds: [] };
  await using model = await VicunaModel.create(config, { engine });
  await model.save(folder);
  console.log(`${describeSize(size)}; ${values.weights} weights. ${engine.reason}`);
}

function load(batching: BatchingConfig): Promise<VicunaModel> {
  const weights = values.weights as WeightFormat;
  // Nothing is kept: every prompt is read.
  return VicunaModel.load(folder, {
    engine: 'native',
    weights,
    tokenizer,
    batching: { prefixCacheBytes: 0, ...batching },
  });
}

async function throughput(): Promise<void> {
  await using model = await load({});
  console.log(`\nPrompts of ${promptTokens} tokens, replies of ${newTokens}; tokens/s of replies (median; best):`);
  for (const count of counts) {
    const prompts = Array.from({ length: count }, (_, number) => promptOf(promptTokens, number));
    const reply = async (prompt: string) =>
      (await model.complete(prompt, { temperature: 0, maxTokens: newTokens }).result).text;
    const texts: Record<string, string[]> = {};
    const timed = (name: string, run: () => Promise<string[]>) => async () => {
      const start = performance.now();
      texts[name] = await run();
      return (performance.now() - start) / 1000;
    };
    const seconds = await alternate(
      {
        together: timed('together', () => Promise.all(prompts.map(reply))),
        alone: timed('alone', async () => {
          const replies: string[] = [];
          for (const prompt of prompts) replies.push(await reply(prompt));
          return replies;
        }),
      },
      { rounds: Number(values.rounds) },
    );
    if (texts.together!.join() !== texts.alone!.join()) throw new Error('Chats said something else together.');
    const rate = (list: readonly number[]) => {
      const { median, minimum } = summarise(list);
      return `${((count * newTokens) / median).toFixed(0)}; ${((count * newTokens) / minimum).toFixed(0)}`;
    };
    const ratio = summarise(ratios(seconds.alone, seconds.together)).median.toFixed(2);
    console.log(
      `  ${count} chats: together ${rate(seconds.together)}, one after the other ${rate(seconds.alone)}; ` +
        `ratio ${ratio}; the same text`,
    );
  }
}

/** Four chats run; a long prompt arrives, and with it short ones. */
async function longPrompt(stepTokens: number): Promise<void> {
  const gaps: number[] = [];
  const firsts: number[] = [];
  const longFirsts: number[] = [];
  await using model = await load({ stepTokens });
  /** @returns how long its first token took, in milliseconds. */
  const firstToken = async (prompt: string): Promise<number> => {
    const start = performance.now();
    for await (const _ of model.complete(prompt, { temperature: 0, maxTokens: 4 })) break;
    return performance.now() - start;
  };
  for (let round = 0; round < Number(values.rounds); round++) {
    let phase: 'before' | 'reading' | 'over' = 'before';
    let begun = 0;
    /** Talks until the long prompt has been read. */
    const talk = async (number: number): Promise<void> => {
      let last = performance.now();
      for await (const _ of model.complete(promptOf(32, number), { temperature: 0 })) {
        if (phase === 'reading') gaps.push(performance.now() - last);
        last = performance.now();
        begun++;
        if (phase === 'over') break;
      }
    };
    const running = [0, 1, 2, 3].map(talk);
    while (begun < 20) await new Promise((resolve) => setImmediate(resolve));
    phase = 'reading';
    const long = firstToken(promptOf(longTokens, 9));
    const short = [4, 5, 6, 7].map((number) => firstToken(promptOf(promptTokens, number)));
    firsts.push(...(await Promise.all(short)));
    longFirsts.push(await long);
    phase = 'over';
    await Promise.all(running);
  }
  const show = (list: readonly number[]) => {
    const sorted = [...list].sort((a, b) => a - b);
    const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]?.toFixed(0);
    return `p50 ${at(0.5)}, p99 ${at(0.99)} ms`;
  };
  console.log(
    `\nA prompt of ${longTokens} tokens arrives among 4 running chats and 4 new ones, steps of ${stepTokens} tokens:\n` +
      `  running chats' gap between tokens: ${show(gaps)}; first token of new chats: ${show(firsts)}; ` +
      `of the long one: ${show(longFirsts)}`,
  );
}
