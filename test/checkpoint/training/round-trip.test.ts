import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  checkpointWeights,
  HuggingFaceWeights,
  latestCheckpoint,
  SafetensorsFile,
  TrainingCheckpoint,
  TrainingCheckpoints,
  writeWeights,
} from '../../../src/checkpoint/index.js';
import { SingleRank } from '../../../src/collectives/index.js';
import { openFilesUnder } from '../../support/open-handles.js';
import { smallShape } from '../../support/random-model.js';
import { temporaryDirectory } from '../../support/temporary.js';
import {
  beginSave,
  bitsOf,
  blocks,
  latest,
  onAll,
  openWorld,
  piecesOf,
  readAll,
  save,
  stateAt,
  vectorsAt,
} from './support.js';

describe('what is saved comes back', () => {
  it.each([1, 2, 3, 4])('at %i ranks, read by any number of ranks, bit for bit', async (worldSize) => {
    const directory = await temporaryDirectory();
    const world = await openWorld(directory, worldSize);
    const outcome = await save(world, 7);
    expect(outcome).toMatchObject({ type: 'checkpoint-commit', step: 7, path: join(directory, 'step-00000007') });

    const resumed = await latest(await openWorld(directory, 5));
    expect(resumed?.state).toEqual(stateAt(7));
    expect(resumed?.worldSize).toBe(worldSize);
    for (const readers of [1, 2, 3, 4]) expect(bitsOf(await readAll(resumed!, readers))).toBe(bitsOf(vectorsAt(7)));
    expect(openFilesUnder(directory) ?? []).toEqual([]);
  });

  it('any range of a block, across parameters and files', async () => {
    const directory = await temporaryDirectory();
    await save(await openWorld(directory, 3), 1);
    const checkpoint = await TrainingCheckpoint.open(join(directory, 'step-00000001'));
    const whole = vectorsAt(1).secondMoment[1]!;
    for (const [start, end] of [
      [0, 1],
      [20, 30],
      [whole.length - 3, whole.length],
      [500, 3000],
      [9, 9],
    ] as const) {
      const read = await checkpoint.read('secondMoment', blocks[1]!, start, new Float32Array(end - start));
      expect(Buffer.from(read.buffer)).toEqual(Buffer.from(whole.slice(start, end).buffer));
    }
    await expect(checkpoint.read('parameters', blocks[1]!, 1, new Float32Array(whole.length))).rejects.toThrow(
      RangeError,
    );
  });

  it('from what copies itself out of an engine, and into shared memory', async () => {
    const directory = await temporaryDirectory();
    const { ranks } = await openWorld(directory, 1);
    const pieces = piecesOf(vectorsAt(1), 0, 1).map((piece) => ({
      ...piece,
      values: async (into: Float32Array) => into.set(piece.values as Float32Array),
    }));
    await ranks[0]!.save(stateAt(1), pieces);
    await ranks[0]!.settle();
    const checkpoint = await ranks[0]!.latest();
    const shared = new Float32Array(new SharedArrayBuffer(blocks[0]!.size * 4));
    await checkpoint!.read('parameters', blocks[0]!, 0, shared);
    expect(Buffer.from(shared.buffer).equals(Buffer.from(vectorsAt(1).parameters[0]!.buffer))).toBe(true);
  });

  it('even when training changes its vectors as soon as save has settled', async () => {
    const directory = await temporaryDirectory();
    const world = await openWorld(directory, 2);
    const pieces = [0, 1].map((rank) => piecesOf(vectorsAt(1), rank, 2));
    await onAll(world.ranks, (checkpoints, rank) => checkpoints.save(stateAt(1), pieces[rank]!));
    for (const { values } of pieces.flat()) (values as Float32Array).fill(0);
    await onAll(world.ranks, (checkpoints) => checkpoints.settle());
    expect(bitsOf(await readAll((await latest(world))!, 1))).toBe(bitsOf(vectorsAt(1)));
  });

  it('to a Hugging Face directory, a block at a time', async () => {
    const directory = await temporaryDirectory();
    await save(await openWorld(directory, 4), 1);
    const checkpoint = await TrainingCheckpoint.open(join(directory, 'step-00000001'));
    const model = join(directory, 'model');
    await mkdir(model);
    await writeWeights(model, blocks, checkpointWeights(checkpoint, blocks), {
      dtype: 'float32',
      maximumShardBytes: 20_000,
    });
    await using weights = await HuggingFaceWeights.open(model, smallShape);
    for (const [index, block] of blocks.entries()) {
      const read = await weights.read(block, new Float32Array(block.size));
      expect(Buffer.from(read.buffer)).toEqual(Buffer.from(vectorsAt(1).parameters[index]!.buffer));
    }
  });
});

describe('other tools', () => {
  it('find every number of a parameter by the manifest alone', async () => {
    const directory = await temporaryDirectory();
    await save(await openWorld(directory, 3), 1);
    const path = join(directory, 'step-00000001');
    const manifest = JSON.parse(await readFile(join(path, 'manifest.json'), 'utf8'));
    const name = 'model.layers.1.mlp.up_proj.weight';
    const { shape, pieces } = manifest.parameters.find((parameter: { name: string }) => parameter.name === name);
    const parts: Buffer[] = [];
    for (const { file, bytes } of pieces.firstMoment)
      parts.push((await readFile(join(path, manifest.files[file].name))).subarray(...(bytes as [number, number])));
    const slice = blocks[2]!.parameters.find((parameter) => parameter.name === name)!;
    const expected = vectorsAt(1).firstMoment[2]!.slice(slice.offset, slice.offset + slice.size);
    expect(shape).toEqual(slice.shape);
    expect(Buffer.concat(parts)).toEqual(Buffer.from(expected.buffer));
  });

  it('open a rank’s file as safetensors', async () => {
    const directory = await temporaryDirectory();
    await save(await openWorld(directory, 2), 1);
    await using file = await SafetensorsFile.open(join(directory, 'step-00000001/rank-00001-of-00002.safetensors'));
    expect(file.metadata.get('rank')).toBe('1');
    const norm = await file.read('parameters/model.norm.weight[0:24]').catch(() => undefined);
    const head = [...file.tensors.keys()].filter((name) => name.startsWith('parameters/lm_head'));
    expect(norm).toBeUndefined();
    expect(head).toHaveLength(1);
  });
});

describe('saves follow each other', () => {
  it('one at a time: a second waits for the first', async () => {
    const directory = await temporaryDirectory();
    const world = await openWorld(directory, 2);
    await beginSave(world, 1);
    await beginSave(world, 2);
    expect(world.events[1]!.map(({ type }) => type)).toEqual(['checkpoint-commit']);
    await onAll(world.ranks, (checkpoints) => checkpoints.settle());
    expect((await latest(world))?.state.step).toBe(2);
  });

  it('and commit between steps, on every rank in the same call', async () => {
    const directory = await temporaryDirectory();
    const world = await openWorld(directory, 3);
    await beginSave(world, 1);
    while (world.events[0]!.length === 0) {
      await onAll(world.ranks, (checkpoints) => checkpoints.advance());
      expect(new Set(world.events.map((events) => events.length)).size).toBe(1);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    expect(await onAll(world.ranks, (checkpoints) => checkpoints.settle())).toEqual([undefined, undefined, undefined]);
  });

  it('a step that was just committed is not written again', async () => {
    const directory = await temporaryDirectory();
    const world = await openWorld(directory, 2);
    await save(world, 1);
    expect(await save(world, 1)).toBeUndefined();
    expect(await readdir(directory)).toEqual(['step-00000001']);
  });

  it('a run that was set back writes beside the older line, and goes on from its own', async () => {
    const directory = await temporaryDirectory();
    const first = await openWorld(directory, 2);
    for (const step of [1, 2, 3]) await save(first, step);
    const second = await openWorld(directory, 2);
    await onAll(second.ranks, (checkpoints) => checkpoints.load(join(directory, 'step-00000001')));
    await save(second, 2);
    expect((await readdir(directory)).sort()).toEqual([
      'step-00000001',
      'step-00000002',
      'step-00000002-2',
      'step-00000003',
    ]);
    expect((await latest(await openWorld(directory, 2)))?.path).toBe(join(directory, 'step-00000002-2'));
  });

  it('a process beside the run reads the last committed one and takes nothing away', async () => {
    const directory = await temporaryDirectory();
    const world = await openWorld(directory, 2);
    await save(world, 1);
    await beginSave(world, 2);
    expect((await latestCheckpoint(directory))?.state.step).toBe(1);
    expect(await onAll(world.ranks, (checkpoints) => checkpoints.settle())).toMatchObject([
      { type: 'checkpoint-commit' },
      { type: 'checkpoint-commit' },
    ]);
    expect((await latestCheckpoint(directory))?.state.step).toBe(2);
    expect(await latestCheckpoint(join(directory, 'nowhere'))).toBeUndefined();
  });

  it('a dead rank is an error of the call, and what the others wrote can be given up', async () => {
    const directory = await temporaryDirectory();
    const communicator = new SingleRank();
    const checkpoints = await TrainingCheckpoints.open({ directory }, { communicator, blocks });
    await checkpoints.save(stateAt(1), piecesOf(vectorsAt(1), 0, 1));
    const death = new Error('rank 1 is gone');
    communicator.allReduce = () => Promise.reject(death);
    await expect(checkpoints.advance()).rejects.toBe(death);
    await expect(checkpoints.settle()).rejects.toBe(death);
    await checkpoints[Symbol.asyncDispose]();
    expect(await readdir(directory)).toEqual([]);
  });

  it('none is left when the job is given up', async () => {
    const directory = await temporaryDirectory();
    const world = await openWorld(directory, 2);
    await beginSave(world, 1);
    await onAll(world.ranks, (checkpoints) => checkpoints[Symbol.asyncDispose]());
    expect(await readdir(directory)).toEqual([]);
    expect(openFilesUnder(directory) ?? []).toEqual([]);
  });
});

describe('what cannot be saved is refused on every rank', () => {
  it.each([
    ['a gap', /parameters, block 0: is saved by no rank/, { kind: 'parameters', block: 0 }, 1],
    ['an overlap', /firstMoment, block 1: is saved twice/, { kind: 'firstMoment', block: 1 }, -1],
  ] as const)('%s', async (_, message, { kind, block }, shift) => {
    const { ranks } = await openWorld(await temporaryDirectory(), 2);
    const outcomes = await Promise.allSettled(
      ranks.map((checkpoints, rank) => {
        const pieces = piecesOf(vectorsAt(1), rank, 2).map((piece) => {
          if (rank === 0 || piece.kind !== kind || piece.block !== block) return piece;
          const start = piece.start + shift;
          return { ...piece, start, values: new Float32Array(piece.end - start) };
        });
        return checkpoints.save(stateAt(1), pieces);
      }),
    );
    for (const outcome of outcomes) expect(String((outcome as PromiseRejectedResult).reason)).toMatch(message);
  });

  it('a state that JSON would change, and it names the field', async () => {
    const { ranks } = await openWorld(await temporaryDirectory(), 2);
    const state = { ...stateAt(1), epochMean: { sum: Number.NaN, weight: 1 } };
    const outcomes = await Promise.allSettled(
      ranks.map((checkpoints, rank) => checkpoints.save(rank === 1 ? state : stateAt(1), [])),
    );
    const reasons = outcomes.map((outcome) => (outcome as PromiseRejectedResult).reason);
    expect(reasons[1]).toMatchObject({ code: 'config-invalid' });
    expect(reasons[1].issues[0].path).toBe('epochMean.sum');
    expect(reasons[0].message).toMatch(/^Rank 1: Training state cannot be used/);
  });

  it('a directory that is a file', async () => {
    const directory = await temporaryDirectory();
    await writeFile(join(directory, 'file'), '');
    await expect(openWorld(join(directory, 'file'), 1)).rejects.toMatchObject({ code: 'file-unwritable' });
  });
});
