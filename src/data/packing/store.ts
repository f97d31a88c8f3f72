import { createHash, type Hash } from 'node:crypto';
import { VicunaError } from '../../core/index.js';
import { SpillBuffer } from '../spill-buffer.js';
import type { SupervisedExample } from '../supervised/example.js';
import { NumberList } from './numbers.js';
import { countTargets, decodeExample, encodeExample } from './record.js';

/** How an {@link ExampleStore} keeps what it is given. @public */
export interface ExampleStoreOptions {
  /** Bytes of examples held in memory; beyond them a temporary file is used. @defaultValue 64 MiB */
  readonly memoryBytes?: number | undefined;
  /** Where the temporary file goes. @defaultValue the system's folder for temporary files */
  readonly directory?: string | undefined;
}

/**
 * Examples by number, so that epochs can go over a source that can be read only once. A hundred thousand conversations
 * of two thousand tokens take 64 MiB of memory and 430 MB of a temporary file (2.1 bytes a token), which is gone when
 * the store is disposed.
 *
 * @public
 */
export class ExampleStore implements AsyncDisposable {
  readonly #records: SpillBuffer;
  readonly #ends = new NumberList((length) => new Float64Array(length));
  readonly #lengths = new NumberList((length) => new Int32Array(length));
  readonly #supervised = new NumberList((length) => new Int32Array(length));
  readonly #hash: Hash = createHash('sha256');
  #disposed = false;

  private constructor(records: SpillBuffer) {
    this.#records = records;
  }

  /** Makes an empty store. Nothing is written to a disk before `memoryBytes` are full. */
  static async create(options: ExampleStoreOptions = {}): Promise<ExampleStore> {
    return new ExampleStore(new SpillBuffer(options.memoryBytes ?? 64 * 2 ** 20, options.directory));
  }

  /** Examples in the store. */
  get size(): number {
    return this.#lengths.length;
  }

  /** Tokens of each example, in the order they were added. */
  get lengths(): Int32Array {
    return this.#lengths.values;
  }

  /** Of each example, how many tokens are learned: the targets its loss is summed over. */
  get supervisedTokens(): Int32Array {
    return this.#supervised.values;
  }

  /** Whether the temporary file is in use. */
  get spilled(): boolean {
    return this.#records.spilled;
  }

  /** Names exactly the examples added so far, in their order: equal for equal data. */
  get fingerprint(): string {
    return this.#hash.copy().digest('hex').slice(0, 32);
  }

  /**
   * Adds one example at the end. Await it before the next.
   *
   * @throws VicunaError `data-malformed` when its labels are not its tokens or -100; `file-unwritable` when the
   * temporary file is full.
   */
  async add(example: SupervisedExample): Promise<void> {
    this.#assertOpen();
    const record = encodeExample(example);
    await this.#records.append(record);
    this.#hash.update(record);
    this.#ends.push(this.#records.length);
    this.#lengths.push(example.tokens.length);
    this.#supervised.push(countTargets(example.labels));
  }

  /**
   * Reads one example back, from memory or from the temporary file.
   *
   * @throws RangeError when there is no example of that number.
   */
  async read(index: number): Promise<SupervisedExample> {
    this.#assertOpen();
    const end = this.#ends.values[index];
    if (end === undefined) throw new RangeError(`There is no example ${index} among ${this.size}.`);
    const start = index === 0 ? 0 : this.#ends.values[index - 1]!;
    return decodeExample(await this.#records.read(start, end - start));
  }

  /** Frees memory and temporary file; harmless when done twice. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposed = true;
    await this.#records.close();
  }

  #assertOpen(): void {
    if (this.#disposed) throw new VicunaError('disposed', 'The store of examples was disposed; create another one.');
  }
}
