import { basename } from 'node:path';
import { locateWeights } from '../hugging-face/locate-weights.js';
import { SafetensorsFile } from '../safetensors/reader.js';

/** Rotary frequencies that transformers before 4.32 stored; they follow from the configuration. */
const DERIVED = /(^|\.)rotary_emb\.inv_freq$/;

/** A file of a Hugging Face directory, and which of its tensors belong to the model. */
export interface WeightFile {
  /** Its plain name. */
  readonly name: string;
  readonly file: SafetensorsFile;
  readonly tensors: readonly string[];
}

/** All tensors of a Hugging Face directory, whatever model they belong to, in its files. */
export class ModelTensors implements AsyncDisposable {
  readonly directory: string;
  readonly files: readonly WeightFile[];
  readonly fileOf: ReadonlyMap<string, SafetensorsFile>;

  private constructor(directory: string, files: readonly WeightFile[]) {
    this.directory = directory;
    this.files = files;
    this.fileOf = new Map(files.flatMap(({ file, tensors }) => tensors.map((name) => [name, file] as const)));
  }

  /** @throws CheckpointError when there are no weights that can be read, or a header does not fit its file. */
  static async open(directory: string): Promise<ModelTensors> {
    const { files: paths, fileOf } = await locateWeights(directory);
    const files: WeightFile[] = [];
    try {
      for (const path of paths) {
        const file = await SafetensorsFile.open(path);
        const names = [...file.tensors.keys()];
        // Registered at once, so that it is closed when the next one cannot be opened.
        files.push({
          name: basename(path),
          file,
          tensors: names.filter((name) => !DERIVED.test(name) && (fileOf === undefined || fileOf.get(name) === path)),
        });
        for (const name of files.at(-1)!.tensors) file.dtypeOf(name);
      }
      // A tensor that the index places where it is not is found missing by whoever asks for it.
      for (const [name, path] of fileOf ?? []) files.find(({ file }) => file.path === path)!.file.tensor(name);
      return new ModelTensors(directory, files);
    } catch (error) {
      await Promise.all(files.map(({ file }) => file[Symbol.asyncDispose]()));
      throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.files.map(({ file }) => file[Symbol.asyncDispose]()));
  }
}
