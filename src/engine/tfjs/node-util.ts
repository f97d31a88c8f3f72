import util from 'node:util';

/**
 * Gives `node:util` back the two functions that Node 23 took away and that `@tensorflow/tfjs-node`, last released in 2024,
 * calls.
 */
export function restoreNodeUtil(): void {
  const patched = util as unknown as Record<string, unknown>;
  patched.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  patched.isArray ??= Array.isArray;
}
