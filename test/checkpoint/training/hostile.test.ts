import { createHash } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { TrainingCheckpoint } from '../../../src/checkpoint/index.js';
import { modelBlocks } from '../../../src/engine/index.js';
import { smallShape } from '../../support/random-model.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { temporaryFolder } from '../files.js';
import { openWorld, save } from './support.js';

const run = join(temporaryFolder(), 'run');
const checkpoint = join(run, 'step-00000001');
beforeAll(async () => {
  await save(await openWorld(run, 2), 1);
});

// biome-ignore lint/suspicious/noExplicitAny: anything may be written into a manifest.
type Anything = any;

/** Writes a manifest with an honest checksum: whoever forges one can compute it too. */
async function forge(change: (manifest: Anything) => void): Promise<string> {
  const directory = join(await temporaryDirectory(), 'step-00000001');
  await cp(checkpoint, directory, { recursive: true });
  const path = join(directory, 'manifest.json');
  const { sha256: _, ...manifest } = JSON.parse(await readFile(path, 'utf8'));
  change(manifest);
  const body = JSON.stringify(manifest).slice(0, -1);
  const hash = createHash('sha256').update(body).digest('hex');
  await writeFile(path, `${body},"sha256":"${hash}"}\n`);
  return directory;
}

const firstPiece = (manifest: Anything) => manifest.parameters[0].pieces.parameters[0];

describe('a forged manifest is refused', () => {
  it('but an unchanged one is read', async () => {
    await expect(TrainingCheckpoint.open(await forge(() => undefined))).resolves.toBeDefined();
  });

  it.each<[string, (manifest: Anything) => void, RegExp]>([
    ['a file outside', (m) => (m.files[0].name = '../../secret'), /instead of rank-00000/],
    ['an absolute file', (m) => (m.files[0].name = '/etc/passwd'), /instead of rank-00000/],
    ['a file twice', (m) => (m.files[1].name = m.files[0].name), /instead of rank-00001/],
    ['a negative range', (m) => (firstPiece(m).bytes = [-8, 0]), /bytes/],
    ['a fractional range', (m) => (firstPiece(m).elements[1] = 1.5), /elements/],
    ['bytes past the end', (m) => firstPiece(m).bytes.fill(1e9), /do not hold/],
    ['fewer bytes than elements', (m) => (firstPiece(m).bytes[1] -= 4), /do not hold/],
    ['a gap', (m) => m.parameters[0].pieces.parameters.pop(), /of 1464 elements/],
    ['elements twice', (m) => m.parameters[0].pieces.parameters.push(firstPiece(m)), /after 1464/],
    [
      'bytes that two share',
      (m) => (m.parameters[0].pieces.firstMoment = m.parameters[0].pieces.parameters),
      /share bytes/,
    ],
    ['a file that is not listed', (m) => (firstPiece(m).file = 2), /in file 2 of 2/],
    ['a shape beyond reason', (m) => (m.parameters[0].shape = [2 ** 50, 2 ** 50]), /too large/],
    ['more ranks than files', (m) => (m.worldSize = 1e15), /2 files for 1000000000000000 ranks/],
    ['a parameter twice', (m) => (m.parameters[1].name = m.parameters[0].name), /twice/],
    ['a field nobody knows', (m) => (m.extra = 1), /extra/],
    ['a step that is no number', (m) => (m.state.step = '1'), /state\.step/],
    ['another format', (m) => (m.format = 'something'), /format/],
    ['nothing of a format', (m) => delete m.format, /format/],
  ])('%s', async (_, change, message) => {
    const directory = await forge(change);
    await expect(TrainingCheckpoint.open(directory)).rejects.toMatchObject({
      code: 'checkpoint-unreadable',
      file: join(directory, 'manifest.json'),
      message: expect.stringMatching(message),
    });
  });
});

describe('a checkpoint of a newer version of the package', () => {
  const newer = () =>
    forge((manifest) => {
      manifest.version = 2;
      manifest.files = 'something else';
    });

  it('says what to do', async () => {
    await expect(TrainingCheckpoint.open(await newer())).rejects.toMatchObject({
      code: 'checkpoint-unsupported',
      message: expect.stringMatching(/version 2.*Update the package, or move/),
    });
  });

  it('is an error on every rank, not passed over: its steps would be lost without a word', async () => {
    const { ranks } = await openWorld(join(await newer(), '..'), 2);
    const outcomes = await Promise.allSettled(ranks.map((checkpoints) => checkpoints.latest()));
    for (const outcome of outcomes) expect(outcome).toMatchObject({ reason: { code: 'checkpoint-unsupported' } });
  });
});

it('a checkpoint of another model names the parameter that differs', async () => {
  const opened = await TrainingCheckpoint.open(checkpoint);
  const [embedding] = modelBlocks({ ...smallShape, vocabularySize: 99 });
  await expect(opened.read('parameters', embedding!)).rejects.toThrow(
    /embed_tokens\.weight has shape \[61, 24\], not \[99, 24\]/,
  );
  const layer = modelBlocks({ ...smallShape, layers: 3 })[3]!;
  await expect(opened.read('parameters', layer)).rejects.toThrow(/holds no model\.layers\.2\.input_layernorm\.weight/);
});

it('a directory that is no checkpoint says what to name instead', async () => {
  await expect(TrainingCheckpoint.open(run)).rejects.toThrow(/manifest\.json: it is not there.*step-00000123/);
});
