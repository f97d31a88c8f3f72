import type { BlockLayout } from '../layout.js';
import { loraScale } from '../lora.js';
import type { AdapterArguments } from './arguments.js';
import type { Runtime } from './runtime.js';
import type { TfjsVector } from './vector.js';

/** Adds `scale B A` to the matrices of a layer. */
export function mergeAdapter(
  { kernels, operands, device }: Runtime,
  layer: TfjsVector,
  layerBlock: BlockLayout,
  { adapter: { lora }, block, parameters }: AdapterArguments,
): void {
  const matrices = operands.of(parameters);
  lora.targets.forEach((target, index) => {
    const [a, b] = block.parameters.slice(2 * index);
    const { offset } = layerBlock.parameters.find(({ name }) => name.endsWith(`.${target}.weight`))!;
    device.tidy(() => {
      const scaled_OR = device.tf.mul(matrices.weight(b!), loraScale(lora));
      kernels.add(layer, [kernels.matmul(scaled_OR, matrices.weight(a!))], offset);
    });
  });
}
