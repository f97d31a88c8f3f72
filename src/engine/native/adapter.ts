import type { LayerAdapter } from '../engine.js';
import { loraScale, loraTargets } from '../lora.js';

/** What kind of adapter it is and how it drops, in the order that the addon reads. */
export function adapterForm({ lora, dropoutSeed }: LayerAdapter): Float64Array {
  const [rate, seed] = dropoutSeed === undefined ? [0, 0] : [lora.dropout, dropoutSeed];
  const isTarget = loraTargets.map((target) => (lora.targets.includes(target) ? 1 : 0));
  return Float64Array.of(lora.rank, loraScale(lora), rate, seed, ...isTarget);
}
