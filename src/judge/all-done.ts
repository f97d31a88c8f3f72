import { Stopped } from './brake.js';
import { JudgeCallError } from './failures.js';

/**
 * Waits for all, also where one fails: what was paid for by then is kept, and nothing runs on unseen. Of several errors
 * the worst is thrown: one that ends the run, before one of a call, before a call that was not made.
 */
export async function allDone<Value>(promises: readonly Promise<Value>[]): Promise<Value[]> {
  const settled = await Promise.allSettled(promises);
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason as unknown] : []));
  if (errors.length > 0) {
    const fatal = errors.find((error) => !(error instanceof JudgeCallError || error instanceof Stopped));
    throw fatal ?? errors.find((error) => error instanceof JudgeCallError) ?? errors[0];
  }
  return settled.map((one) => (one as PromiseFulfilledResult<Value>).value);
}
