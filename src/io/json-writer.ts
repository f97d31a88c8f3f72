import { DataError } from '../core/index.js';
import { AtomicFile, type WrittenFile } from './atomic-file.js';

/** Characters that are gathered before they are handed to the file. */
const blockCharacters = 256 * 1024;

/**
 * Writes records as JSON Lines, or as an array with one record a line. Holds one block at a time; the file appears whole
 * with `commit` (see {@link AtomicFile}).
 */
export class JsonWriter {
  readonly #file: AtomicFile;
  readonly #form: 'lines' | 'array';
  #block: string;
  #records = 0;

  private constructor(file: AtomicFile, form: 'lines' | 'array') {
    this.#file = file;
    this.#form = form;
    this.#block = form === 'array' ? '[' : '';
  }

  /** @throws VicunaError `file-unwritable`. */
  static async create(location: string | URL, form: 'lines' | 'array'): Promise<JsonWriter> {
    return new JsonWriter(await AtomicFile.create(location), form);
  }

  /**
   * Resolves when there is room for the next record.
   *
   * @param id - names the record in an error.
   * @throws DataError where JSON cannot hold the value: a cycle, a bigint.
   */
  async write(value: unknown, id: string): Promise<void> {
    const text = this.#stringify(value, id);
    if (this.#form === 'lines') this.#block += `${text}\n`;
    else this.#block += `${this.#records === 0 ? '' : ','}\n${text}`;
    this.#records++;
    if (this.#block.length >= blockCharacters) await this.#flush();
  }

  async commit(): Promise<WrittenFile> {
    if (this.#form === 'array') this.#block += '\n]\n';
    await this.#flush();
    return this.#file.commit();
  }

  /** Leaves no trace; harmless after `commit`. */
  discard(): Promise<void> {
    return this.#file.discard();
  }

  #stringify(value: unknown, id: string): string {
    try {
      return JSON.stringify(value);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      throw new DataError({ file: this.#file.path, id }, `this record cannot be written as JSON: ${reason}`, {
        cause: error,
      });
    }
  }

  async #flush(): Promise<void> {
    const block = Buffer.from(this.#block);
    this.#block = '';
    if (block.length > 0) await this.#file.write(block);
  }
}
