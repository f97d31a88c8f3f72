// Claim: a Hugging Face directory becomes a GGUF file with little more than one block of the model in memory, where the
// `gguf` Python package holds all of it. The time beside it is of the writing alone, without what a process loads first.
// The peer needs VICUNA_PYTHON with gguf and safetensors.
// Options: --rounds 3 --type F16|F32|Q8_0 --size small|medium|large, or a size's numbers
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { exportGguf, type GgufOptions, VicunaModel } from '../src/model/index.js';
import { alternate, ratios, summarise } from './support/measure.js';
import { peakBytes } from './support/peak-memory.mjs';
import { describeSize, modelConfig, sizeFrom, sizeOptions } from './support/sizes.js';

const { values } = parseArgs({
  options: {
    ...sizeOptions,
    size: { type: 'string', default: 'large' },
    rounds: { type: 'string', default: '3' },
    type: { type: 'string', default: 'F16' },
    child: { type: 'string' },
  },
});
const type = values.type as NonNullable<GgufOptions['type']>;
if (values.child !== undefined) {
  const start = performance.now();
  await exportGguf(join(values.child, 'model'), join(values.child, 'ours.gguf'), { type });
  const seconds = (performance.now() - start) / 1000;
  process.stdout.write(`${JSON.stringify({ seconds, peak: await peakBytes() })}\n`);
} else {
  await compare();
}

async function compare(): Promise<void> {
  const size = sizeFrom(values);
  const folder = mkdtempSync(join(tmpdir(), 'vicuna-bench-'));
  try {
    await using model = await VicunaModel.create({ ...modelConfig(size), headSize: size.dim / size.heads });
    await model.save(join(folder, 'model'));
    const largest = Math.max(...model.transformer.blocks.map((block) => block.size));
    const all = model.transformer.blocks.reduce((sum, block) => sum + block.size, 0);
    const peaks = { ours: 0, peer: 0 };
    const self = fileURLToPath(import.meta.url);
    const ours = () =>
      timed(process.execPath, ['--import', 'tsx', self, '--child', folder, '--type', type], peaks, 'ours');
    const python = process.env.VICUNA_PYTHON;
    const converter = fileURLToPath(new URL('peers/to_gguf.py', import.meta.url));
    const measured = [
      'import gguf, json, resource, runpy, safetensors, sys, time',
      'sys.argv = sys.argv[1:]; start = time.time(); runpy.run_path(sys.argv[0]); seconds = time.time() - start',
      'peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024',
      'print(json.dumps({"seconds": seconds, "peak": peak}))',
    ].join('\n');
    const peer = () =>
      timed(
        python!,
        ['-c', measured, converter, join(folder, 'model'), join(folder, 'peer.gguf'), type],
        peaks,
        'peer',
      );
    const contestants: Record<string, () => Promise<number>> = python === undefined ? { ours } : { ours, peer };
    const seconds = await alternate(contestants, { rounds: Number(values.rounds) });
    console.log(`${describeSize(size)}, ${type}: ${megabytes(statSync(join(folder, 'ours.gguf')).size)}`);
    console.log(`  all weights as float32 ${megabytes(all * 4)}, the largest block ${megabytes(largest * 4)}`);
    for (const [name, figures] of Object.entries(seconds)) {
      const { minimum, median } = summarise(figures);
      const memory = megabytes(peaks[name as 'ours']);
      console.log(`  ${name}: ${minimum.toFixed(2)} s (median ${median.toFixed(2)}), at most ${memory} of memory`);
    }
    if (seconds.peer !== undefined)
      console.log(`  peer / ours: ${summarise(ratios(seconds.peer, seconds.ours!)).median.toFixed(2)} in time`);
    else console.log('  VICUNA_PYTHON names no Python, so there is no peer');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function timed(command: string, args: string[], peaks: Record<'ours' | 'peer', number>, name: 'ours' | 'peer') {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  const { seconds, peak } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { seconds: number; peak: number };
  peaks[name] = Math.max(peaks[name], peak);
  return seconds;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}
