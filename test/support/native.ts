import { loadAddon, NativeMissing } from '../../src/engine/native/index.js';

/** The native engine's addon; `undefined` on a machine that has neither a binary nor a compiler for it. */
export const nativeAddon = await loadAddon().catch((error: unknown) => {
  if (!(error instanceof NativeMissing)) throw error;
  process.stderr.write(`skipped: no native engine here, ${error.message}\n`);
  return undefined;
});
