import { VicunaError } from '../../core/index.js';
import type { RefuseReason, WorkerFrame } from '../bus/protocol/index.js';
import { OverloadedError } from '../types.js';

/** Why a worker would not have a request, as the end of the sentence "Worker w1 ...". */
export const refusals: Readonly<Record<Exclude<RefuseReason, 'unknown-model'>, string>> = {
  busy: 'has no room',
  draining: 'is about to leave',
};

/** The error that the model threw, as it would have been thrown here. */
export function errorOf({ code, message, retryAfterSeconds }: Extract<WorkerFrame, { type: 'error' }>): Error {
  if (code === undefined) return new Error(message);
  if (code === 'overloaded') return new OverloadedError(message, retryAfterSeconds ?? 1);
  // A newer worker's code may be none of this version's; whoever switches on codes has a default.
  return new VicunaError(code as VicunaError['code'], message);
}
