import { createHash } from 'node:crypto';
import type { Communicator } from '../../collectives/index.js';
import { ConfigError } from '../../core/index.js';
import type { TrainerSettings } from '../config.js';
import type { TrainingData } from '../data.js';
import type { describeTraining } from '../training-state.js';

/**
 * Processes of a job are configured one by one. What they must agree on is compared before they begin: their collective
 * calls follow from it, and ranks that call different ones compute nonsense or wait for ever.
 *
 * @throws ConfigError on every rank, naming every setting in which one of them differs from rank 0.
 */
export async function assertSameJob(
  communicator: Communicator,
  settings: TrainerSettings,
  description: ReturnType<typeof describeTraining>,
  { heldOut }: TrainingData,
): Promise<void> {
  const { rank, worldSize } = communicator;
  if (worldSize === 1) return;
  const { evaluation, samples, sharding, prefetch, resume, checkpoints } = settings;
  const told: Readonly<Record<string, unknown>> = {
    ...description.settings,
    ...{ evaluation, samples, sharding, prefetch },
    // Directories may be mounted elsewhere on another machine.
    resume: resume === false ? false : resume === 'auto' ? 'auto' : 'a checkpoint',
    checkpoints: checkpoints && { ...checkpoints, directory: undefined },
    model: description.fingerprints.model,
    conversations: [description.fingerprints.data, heldOut?.fingerprint],
  };
  const names = Object.keys(told);
  const hashes = new Float64Array(worldSize * names.length);
  hashes.set(
    names.map((name) => hashOf(told[name])),
    rank * names.length,
  );
  // Every rank's are zero but in its own place, so the sum has them all.
  await communicator.allReduce(hashes);
  const problems = names.flatMap((name, index) => {
    const others = Array.from({ length: worldSize }, (_, other) => other).filter(
      (other) => hashes[other * names.length + index] !== hashes[index],
    );
    if (others.length === 0) return [];
    const value = name === 'model' || name === 'conversations' ? '' : ` (here, on rank ${rank}: ${shown(told[name])})`;
    const who = others.length > 1 ? `ranks ${others.join(', ')}` : `rank ${others[0]}`;
    return [{ path: name, message: `differs between rank 0 and ${who}${value}; start every process with the same` }];
  });
  if (problems.length > 0) throw new ConfigError('Training over several processes', problems);
}

/** 48 bits: exact in a double. */
function hashOf(value: unknown): number {
  return createHash('sha256').update(shown(value)).digest().readUIntBE(0, 6);
}

function shown(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing';
}
