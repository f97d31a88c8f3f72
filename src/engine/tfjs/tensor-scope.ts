import type { Device, Tensor } from './device.js';

/** Tensors that live longer than one synchronous computation and are freed together unless handed on. */
export class TensorScope {
  readonly #device: Device;
  readonly #held = new Set<Tensor>();

  constructor(device: Device) {
    this.#device = device;
  }

  hold(tensor: Tensor): Tensor {
    this.#held.add(this.#device.tf.keep(tensor));
    return tensor;
  }

  /** Gives a tensor up to another owner. */
  handOn(tensor: Tensor): Tensor {
    this.#held.delete(tensor);
    return tensor;
  }

  free(tensor: Tensor): void {
    this.#held.delete(tensor);
    tensor.dispose();
  }

  freeAll(): void {
    for (const tensor of this.#held) tensor.dispose();
    this.#held.clear();
  }
}

/** Frees what the work holds and does not hand on, however it ends. */
export async function withTensorScope<Result>(
  device: Device,
  work: (scope: TensorScope) => Promise<Result>,
): Promise<Result> {
  const scope = new TensorScope(device);
  try {
    return await work(scope);
  } finally {
    scope.freeAll();
  }
}
