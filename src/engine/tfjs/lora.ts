import { dropoutMask, type TokenPlaces } from '../dropout.js';
import type { LayerAdapter } from '../engine.js';
import type { BlockLayout } from '../layout.js';
import { type LoraTarget, loraScale, loraTargets } from '../lora.js';
import type { ModelShape } from '../shape.js';
import type { Device, Tensor } from './device.js';
import type { Kernels } from './kernels.js';
import type { Operands, ParameterPlace } from './operands.js';
import { uploadOwned } from './upload.js';

// T tokens, I inputs and O outputs of a map, R rank, E outputs of a group of maps.

/** Maps that read one input and write side by side into one row. */
export type LinearGroup = readonly LoraTarget[];

/** An adapter of one layer, on this engine. */
export interface AdapterTensors {
  readonly adapter: LayerAdapter;
  readonly block: BlockLayout;
  readonly operands: Operands;
  readonly tokens: TokenPlaces;
}

interface AdaptedMap {
  readonly target: LoraTarget;
  readonly a: ParameterPlace;
  readonly b: ParameterPlace;
}

/** Gradients of the matrices of adapted maps. */
export type LoraGradients = { readonly [Target in LoraTarget]?: readonly [a_RI: Tensor, b_OR: Tensor] };

export interface LoraBackward {
  /** What the adapters add to the gradient of their input; absent where no map is adapted. */
  readonly input_TI?: Tensor;
  readonly gradients: LoraGradients;
}

/** The low-rank parts of one layer's maps: `scale B A dropout(x)`, and its gradients. None without an adapter. */
export class LayerLora {
  readonly #kernels: Kernels;
  readonly #widths: { readonly [Target in LoraTarget]: number };
  readonly #given: AdapterTensors | undefined;

  constructor(kernels: Kernels, shape: ModelShape, given?: AdapterTensors) {
    const { hiddenSize: C, heads, keyValueHeads, headSize, ffnSize: F } = shape;
    const [queries, keys] = [heads * headSize, keyValueHeads * headSize];
    this.#kernels = kernels;
    this.#widths = { q_proj: queries, k_proj: keys, v_proj: keys, o_proj: C, gate_proj: F, up_proj: F, down_proj: C };
    this.#given = given;
  }

  /** @returns the output `[T, E]` of a group of maps with what their adapters add to it. */
  forward(group: LinearGroup, x_TI: Tensor, y_TE: Tensor): Tensor {
    const maps = this.#adapted(group);
    if (maps.length === 0) return y_TE;
    const { device } = this.#kernels;
    return device.tidy(() => {
      const shares = group.map((target) => {
        const map = maps.find((adapted) => adapted.target === target);
        if (map === undefined) return device.tf.zeros([x_TI.shape[0]!, this.#widths[target]]);
        return this.#operands.forward(this.#rankInput(map, multiply(device, x_TI, this.#mask(map))), map.b);
      });
      return device.tf.add(y_TE, shares.length === 1 ? shares[0]! : device.tf.concat(shares, 1));
    });
  }

  /** @param input - makes the group's input `[T, I]`, where it is needed. */
  backward(group: LinearGroup, input: () => Tensor, outputGradient_TE: Tensor): LoraBackward {
    const maps = this.#adapted(group);
    if (maps.length === 0) return { gradients: {} };
    const { device } = this.#kernels;
    return device.tidy(() => {
      const x_TI = input();
      const parts = maps.map((map) =>
        this.#mapBackward(map, x_TI, this.#columns(group, map.target, outputGradient_TE)),
      );
      return {
        input_TI: parts.map(({ input_TI }) => input_TI).reduce((sum, input_TI) => device.tf.add(sum, input_TI)),
        gradients: Object.fromEntries(parts.flatMap(({ gradient }) => (gradient ? [gradient] : []))),
      };
    });
  }

  #mapBackward(map: AdaptedMap, x_TI: Tensor, outputGradient_TO: Tensor) {
    const kernels = this.#kernels;
    const rankGradient_TR = kernels.device.tf.mul(this.#operands.backward(outputGradient_TO, map.b), this.#scale);
    const mask_TI = this.#mask(map);
    const input_TI = multiply(kernels.device, this.#operands.backward(rankGradient_TR, map.a), mask_TI);
    if (this.#given?.adapter.gradient === undefined) return { input_TI };
    const dropped_TI = multiply(kernels.device, x_TI, mask_TI);
    const matrices = [
      kernels.weightGradient(rankGradient_TR, dropped_TI),
      kernels.weightGradient(outputGradient_TO, this.#rankInput(map, dropped_TI)),
    ] as const;
    return { input_TI, gradient: [map.target, matrices] as const };
  }

  #adapted(group: LinearGroup): AdaptedMap[] {
    if (this.#given === undefined) return [];
    const { block, adapter } = this.#given;
    return adapter.lora.targets.flatMap((target, index) => {
      const [a, b] = block.parameters.slice(2 * index);
      return group.includes(target) ? [{ target, a: a!, b: b! }] : [];
    });
  }

  get #operands(): Operands {
    return this.#given!.operands;
  }

  get #scale(): number {
    return loraScale(this.#given!.adapter.lora);
  }

  /** scale A dropout(x) */
  #rankInput({ a }: AdaptedMap, dropped_TI: Tensor): Tensor {
    return this.#kernels.device.tf.mul(this.#operands.forward(dropped_TI, a), this.#scale);
  }

  /** What the map's input is multiplied by, if any of it is dropped. */
  #mask({ target, a }: AdaptedMap): Tensor | undefined {
    const { adapter, tokens } = this.#given!;
    const { dropout: rate } = adapter.lora;
    if (adapter.dropoutSeed === undefined || rate === 0) return undefined;
    const columns = a.shape[1]!;
    const mask = dropoutMask({ rate, seed: adapter.dropoutSeed, target }, tokens, columns);
    return uploadOwned(this.#kernels.device, mask, [tokens.positions.length, columns]);
  }

  /** A map's own columns of its group's rows. */
  #columns(group: LinearGroup, target: LoraTarget, x_TE: Tensor): Tensor {
    if (group.length === 1) return x_TE;
    const start = group.slice(0, group.indexOf(target)).reduce((sum, before) => sum + this.#widths[before], 0);
    return this.#kernels.slice(x_TE, [0, start], [x_TE.shape[0]!, this.#widths[target]]);
  }
}

/** Gradients in the order of the adapter's vector. */
export function inVectorOrder(gradients: LoraGradients): Tensor[] {
  return loraTargets.flatMap((target) => gradients[target] ?? []);
}

function multiply({ tf }: Device, x_TI: Tensor, mask_TI: Tensor | undefined): Tensor {
  return mask_TI === undefined ? x_TI : tf.mul(x_TI, mask_TI);
}
