import { setTimeout as wait } from 'node:timers/promises';
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

/** How long a rank works, or waits for its own work, before it answers the others again. */
const PATIENCE_MILLISECONDS = 200;

/**
 * Waits for what this rank does, but not long: a rank that reads or writes for minutes must not let others wait inside a
 * collective, where they would take it for dead.
 */
export async function patiently(work: Promise<unknown>): Promise<void> {
  const waiting = new AbortController();
  const patience = wait(PATIENCE_MILLISECONDS, undefined, waiting).catch(() => undefined);
  await Promise.race([work, patience]);
  waiting.abort();
}

/**
 * Does work on every rank and fails on every rank where it failed on one, so that none waits for another that gave up.
 *
 * @param work - without collectives.
 */
export async function onEveryRank<T>(communicator: Communicator, work: () => T | Promise<T>): Promise<T> {
  let outcome: Outcome<T> | undefined;
  const working = attempt(work).then((reached) => {
    outcome = reached;
  });
  const finished = new Float64Array(1);
  while (finished[0]! < communicator.worldSize) {
    await patiently(working);
    finished[0] = outcome === undefined ? 0 : 1;
    await communicator.allReduce(finished);
  }
  return agree(communicator, outcome!);
}

async function agree<T>(communicator: Communicator, outcome: Outcome<T>): Promise<T> {
  const problem = 'error' in outcome ? describe(outcome.error) : '';
  const problems = await gatherTexts(communicator, problem);
  if ('error' in outcome) throw outcome.error;
  const failed = problems.findIndex((text) => text !== '');
  if (failed === -1) return outcome.value;
  const [code, ...message] = problems[failed]!.split(' ');
  throw new VicunaError(code as VicunaError['code'], `Rank ${failed}: ${message.join(' ')}`);
}

type Outcome<T> = { readonly value: T } | { readonly error: unknown };

async function attempt<T>(work: () => T | Promise<T>): Promise<Outcome<T>> {
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
