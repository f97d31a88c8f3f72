// Claim: how fast and in how much memory a LLaMA trains, beside PyTorch with transformers, in one run.
// Both take the same steps: float32, AdamW, clipping at 1, `batch` sequences of `seq` random tokens, half of them learned.
// Each run is a process of its own, and the two take turns. The peer is train_torch.py of the reference data
// (VICUNA_SHARED), run by the Python VICUNA_PYTHON; without them only our figures are printed. The peer's own size is
//   --dim 512 --layers 8 --heads 8 --ffn 1376 --vocab 32000 --seq 512
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { Random } from '../src/core/index.js';
import type { SupervisedExample } from '../src/data/index.js';
import { createEngine, type EngineOptions } from '../src/engine/index.js';
import { VicunaModel } from '../src/model/index.js';
import { VicunaTrainer } from '../src/train/index.js';
import { sharedData } from '../test/support/shared-data.js';
import { alternate, ratios, summarise } from './support/measure.js';

/** One run, its first step left out: kernels are compiled and memory grows in it. */
interface Figures {
  readonly tokensPerSecond: number;
  /** Of all threads: what stays the same when others use the machine. */
  readonly tokensPerProcessorSecond: number;
  readonly peakMegabytes: number;
  /** What computed. */
  readonly what: string;
}

const { values } = parseArgs({
  options: {
    dim: { type: 'string', default: '256' },
    layers: { type: 'string', default: '4' },
    heads: { type: 'string', default: '4' },
    ffn: { type: 'string', default: '688' },
    vocab: { type: 'string', default: '4096' },
    seq: { type: 'string', default: '256' },
    batch: { type: 'string', default: '4' },
    steps: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '3' },
    threads: { type: 'string', default: String(availableParallelism()) },
    backend: { type: 'string' },
    child: { type: 'boolean', default: false },
  },
});
const { VICUNA_PYTHON: python } = process.env;
const peers = sharedData('data/peers');
/** What other processes took of the processor meanwhile, in cores, as the peer measured it. */
const disturbance: number[] = [];
const sizes = (['dim', 'layers', 'heads', 'ffn', 'vocab', 'seq', 'batch', 'steps'] as const) //
  .flatMap((name) => [`--${name}`, values[name]]);

if (values.child) console.log(JSON.stringify(await train()));
else await compare();

async function compare(): Promise<void> {
  const contestants = { ours, ...(python !== undefined && peers !== undefined && { PyTorch: peer }) };
  if (!('PyTorch' in contestants))
    console.log('No peer: set VICUNA_PYTHON, and VICUNA_SHARED to the reference data, for the comparison.');
  const runs: Record<string, Figures[]> = {};
  const noted = Object.entries(contestants).map(([name, run]) => [
    name,
    async () => {
      const figures = await run();
      runs[name] = [...(runs[name] ?? []), figures];
      return figures.tokensPerSecond;
    },
  ]);
  await alternate(Object.fromEntries(noted), { rounds: Number(values.rounds), warmUps: 0 });
  for (const [name, figures] of Object.entries(runs)) console.log(`${name}: ${figures[0]!.what}`);
  for (const [figure, unit] of [
    ['tokensPerSecond', 'tokens/s'],
    ['tokensPerProcessorSecond', 'tokens a processor second'],
    ['peakMegabytes', 'MB at the peak'],
  ] as const) {
    const of = (name: string) => runs[name]?.map((run) => run[figure]) ?? [];
    const shown = Object.keys(runs).map((name) => {
      const { minimum, median } = summarise(of(name));
      return `${name} min ${minimum.toFixed(0)}, median ${median.toFixed(0)}`;
    });
    const ratio = of('PyTorch').length > 0 ? summarise(ratios(of('ours'), of('PyTorch'))) : undefined;
    const compared = ratio && `; ours / PyTorch min ${ratio.minimum.toFixed(2)}, median ${ratio.median.toFixed(2)}`;
    console.log(`${unit}: ${shown.join('; ')}${compared ?? ''}`);
  }
  if (disturbance.length > 0)
    console.log(
      `Other processes took ${disturbance.map((cores) => cores.toFixed(2)).join(', ')} cores: figures are worth comparing near 0.`,
    );
}

async function ours(): Promise<Figures> {
  const backend = values.backend === undefined ? [] : ['--backend', values.backend];
  const self = fileURLToPath(import.meta.url);
  return lastLine(process.execPath, ['--import', import.meta.resolve('tsx'), self, '--child', ...sizes, ...backend]);
}

async function peer(): Promise<Figures> {
  const line = await lastLine<PeerLine>(python!, [
    join(peers!, 'train_torch.py'),
    ...sizes,
    ...['--threads', values.threads],
  ]);
  const { tokens_per_s: tokensPerSecond, contention } = line;
  disturbance.push(contention.other_cores);
  return {
    tokensPerSecond,
    tokensPerProcessorSecond: tokensPerSecond / contention.own_cores,
    peakMegabytes: line.peak_rss_mb,
    what: `torch ${line.torch}, ${line.threads} threads, ${line.params} weights`,
  };
}

interface PeerLine {
  readonly tokens_per_s: number;
  readonly peak_rss_mb: number;
  readonly contention: { readonly own_cores: number; readonly other_cores: number };
  readonly torch: string;
  readonly threads: number;
  readonly params: number;
}

async function lastLine<Line = Figures>(command: string, args: readonly string[]): Promise<Line> {
  const { stdout } = await promisify(execFile)(command, args);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Line;
}

async function train(): Promise<Figures> {
  const [sequenceTokens, sequences, steps] = [Number(values.seq), Number(values.batch), Number(values.steps)];
  const outputDirectory = await mkdtemp(join(tmpdir(), 'vicuna-bench-'));
  await using engine = await createEngine({ backend: values.backend as EngineOptions['backend'] });
  await using model = await VicunaModel.create(
    {
      vocabularySize: Number(values.vocab),
      hiddenSize: Number(values.dim),
      layers: Number(values.layers),
      heads: Number(values.heads),
      ffnSize: Number(values.ffn),
    },
    { engine },
  );
  const trainer = await VicunaTrainer.create(
    {
      outputDirectory,
      maxSteps: steps + 1,
      maxTokens: sequenceTokens,
      microBatchTokens: sequenceTokens * sequences,
      batchConversations: sequences,
      learningRate: 1e-4,
      recompute: false,
    },
    { model },
  );
  let weights = 0;
  let tokens = 0;
  let seconds = 0;
  let started = process.cpuUsage();
  let used = started;
  for await (const event of trainer.trainExamples(examples(sequences * (steps + 1), sequenceTokens))) {
    if (event.type === 'train-start') weights = event.parameters;
    if (event.type !== 'step-end') continue;
    if (event.step === 1) started = process.cpuUsage();
    else {
      tokens += event.tokens;
      seconds += event.tokens / event.tokensPerSecond;
      used = process.cpuUsage(started);
    }
  }
  await rm(outputDirectory, { recursive: true });
  return {
    tokensPerSecond: tokens / seconds,
    tokensPerProcessorSecond: tokens / ((used.user + used.system) / 1e6),
    peakMegabytes: await peakMegabytes(),
    what: `engine ${engine.name} on ${engine.backend}, ${weights} weights`,
  };
}

/** Random tokens, learned in every other quarter. */
function* examples(count: number, length: number): Generator<SupervisedExample> {
  const random = Random.fromSeed(0, 'bench');
  for (let number = 0; number < count; number++) {
    const tokens = Int32Array.from({ length }, () => 3 + random.integer(Number(values.vocab) - 3));
    const labels = tokens.map((token, index) => (Math.floor((index * 4) / length) % 2 === 0 ? -100 : token));
    const supervisedTokens = labels.filter((label) => label !== -100).length;
    yield { id: `${number}`, tokens, labels, supervisedTokens };
  }
}

/** VmHWM where there is /proc: `maxRSS` starts with what the parent had. */
async function peakMegabytes(): Promise<number> {
  const status = await readFile('/proc/self/status', 'utf8').catch(() => '');
  const kilobytes = /VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? process.resourceUsage().maxRSS;
  return Number(kilobytes) / 1024;
}
