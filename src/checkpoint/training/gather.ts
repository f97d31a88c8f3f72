import type { Communicator } from '../../collectives/index.js';
import { VicunaError } from '../../core/index.js';

/** Every rank's numbers, by rank; their counts may differ. */
export async function gatherNumbers(communicator: Communicator, numbers: readonly number[]): Promise<Float64Array[]> {
  const { rank, worldSize } = communicator;
  // Sums in which every place is zero on all ranks but one are exact.
  const counts = new Float64Array(worldSize);
  counts[rank] = numbers.length;
  await communicator.allReduce(counts);
  const starts = [0];
  for (const count of counts) starts.push(starts.at(-1)! + count);
  const all = new Float64Array(starts.at(-1)!);
  all.set(numbers, starts[rank]);
  if (all.length > 0) await communicator.allReduce(all);
  return Array.from(counts, (_, index) => all.subarray(starts[index], starts[index + 1]));
}

/** Every rank's text, by rank. */
export async function gatherTexts(communicator: Communicator, text: string): Promise<string[]> {
  const gathered = await gatherNumbers(communicator, Array.from(new TextEncoder().encode(text)));
  return gathered.map((codes) => new TextDecoder().decode(Uint8Array.from(codes)));
}

/**
 * Does work on every rank and fails on every rank where it failed on one, so that none waits for another that gave up.
 *
 * @param work - without collectives.
 */
export async function onEveryRank<T>(communicator: Communicator, work: () => T | Promise<T>): Promise<T> {
  const outcome = await attempt(work);
  const problem = 'error' in outcome ? describe(outcome.error) : '';
  const problems = await gatherTexts(communicator, problem);
  if ('error' in outcome) throw outcome.error;
  const failed = problems.findIndex((text) => text !== '');
  if (failed === -1) return outcome.value;
  const [code, ...message] = problems[failed]!.split(' ');
  throw new VicunaError(code as VicunaError['code'], `Rank ${failed}: ${message.join(' ')}`);
}

async function attempt<T>(work: () => T | Promise<T>): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    return { value: await work() };
  } catch (error) {
    return { error };
  }
}

function describe(error: unknown): string {
  const code = VicunaError.isInstance(error) ? error.code : 'rank-failed';
  return `${code} ${messageOf(error)}`;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
