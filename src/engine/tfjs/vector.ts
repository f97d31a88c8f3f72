import type { Vector } from '../engine.js';
import type { Tensor } from './device.js';

/** Tensors that an engine gave out and will free. */
export abstract class TensorHandle {
  /** What an error calls it. */
  abstract readonly noun: string;
  released = false;
  abstract tensors(): Iterable<Tensor>;

  get bytes(): number {
    let bytes = 0;
    for (const tensor of this.tensors()) bytes += tensor.size * 4;
    return bytes;
  }
}

export class TfjsVector extends TensorHandle implements Vector {
  readonly noun = 'vector';
  #tensor: Tensor;
  #version = 0;

  constructor(tensor: Tensor) {
    super();
    this.#tensor = tensor;
  }

  get length(): number {
    return this.#tensor.size;
  }

  get version(): number {
    return this.#version;
  }

  get tensor(): Tensor {
    return this.#tensor;
  }

  /** Takes over a new value and frees the old one. */
  replace(tensor: Tensor): void {
    this.#tensor.dispose();
    this.#tensor = tensor;
    this.#version++;
  }

  /** Notes that the memory of the tensor was written in place. */
  touch(): void {
    this.#version++;
  }

  *tensors(): Iterable<Tensor> {
    yield this.#tensor;
  }
}
