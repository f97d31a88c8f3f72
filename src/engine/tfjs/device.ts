import type * as TensorFlow from '@tensorflow/tfjs-core';

/** The tensor library, loaded. Never imported as a value: that would load it with the package. */
export type TensorFlowModule = typeof TensorFlow;
export type Tensor = TensorFlow.Tensor;

/** Where TensorFlow.js computes: TensorFlow on GPU or CPU, WebAssembly, or plain JavaScript. @public */
/** What the `tfjs` engine can compute with: TensorFlow itself, WebAssembly, or plain JavaScript. @public */
export type TfjsBackend = 'tensorflow' | 'wasm' | 'cpu';

/** A tensor library with one of its backends ready to compute. */
export interface DeviceOptions {
  readonly tf: TensorFlowModule;
  readonly backend: TfjsBackend;
  /** The npm package that brought the backend. */
  readonly packageName: string;
  /** Why better packages for the same backend were passed over. */
  readonly passedOver?: readonly string[];
}

/**
 * One backend of the tensor library.
 *
 * The library has a single active backend for the whole process, which belongs to whoever set it last. All tensor code
 * therefore runs synchronously inside {@link Device.compute}, which makes this backend active and afterwards gives the
 * previous one back: engines on several backends, and an application's own use of the library, stay out of each
 * other's way.
 */
export class Device {
  readonly tf: TensorFlowModule;
  readonly backend: TfjsBackend;
  readonly packageName: string;
  readonly passedOver: readonly string[];

  constructor({ tf, backend, packageName, passedOver = [] }: DeviceOptions) {
    this.tf = tf;
    this.backend = backend;
    this.packageName = packageName;
    this.passedOver = passedOver;
  }

  /** Runs tensor code and frees every tensor it made but did not keep. */
  compute<Result>(work: () => Result): Result {
    const previous = this.tf.getBackend();
    if (previous === this.backend) return this.#scope(work);
    this.#activate(this.backend);
    try {
      return this.#scope(work);
    } finally {
      if (previous) this.#activate(previous);
    }
  }

  /** Inside {@link compute}, frees early what a part of it made and does not return. */
  tidy<Result>(work: () => Result): Result {
    return this.tf.tidy(work as () => TensorFlow.TensorContainer) as Result;
  }

  #scope<Result>(work: () => Result): Result {
    // Not the result of `tidy`, which searches what it returns for tensors, number by number in an array.
    let result: Result;
    this.tf.tidy(() => {
      result = work();
    });
    return result!;
  }

  #activate(backend: string): void {
    // It returns a promise, but switches before it returns when the backend has been initialised.
    void this.tf.setBackend(backend);
  }
}
