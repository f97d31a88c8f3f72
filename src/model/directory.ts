import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { CheckpointError, readJsonObject } from '../checkpoint/index.js';
import { fromHuggingFace, type HuggingFaceConfig } from './config/hugging-face.js';
import { parseSavedTemplate, type SavedTemplate } from './saved-template.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** Field of `config.json` that holds what only this package knows. transformers keeps it when it loads and saves. */
export const OWN_FIELD = 'vicuna';

/** What the JSON files of a model's directory say. */
export interface ModelDescription extends HuggingFaceConfig {
  /** `generation_config.json`, word for word. */
  readonly generation: JsonObject;
  /** What this package saved of the prompt template. */
  readonly saved: SavedTemplate | undefined;
  readonly hasTokenizer: boolean;
}

/** @throws CheckpointError and VicunaError `model-unsupported`, naming the file. */
export async function readDescription(directory: string): Promise<ModelDescription> {
  const file = join(directory, 'config.json');
  const json = await readJsonObject(file);
  if (json === undefined) throw await noModel(directory, file);
  const { [OWN_FIELD]: own, ...huggingFace } = json;
  const { config, extras } = fromHuggingFace(huggingFace, file);
  const generationFile = join(directory, 'generation_config.json');
  const generation = (await readJsonObject(generationFile)) ?? {};
  return {
    // Chat models often name the end of a turn only in the file about generation; transformers generates by that one.
    config: { ...config, endTokenIds: readEndTokens(generation.eos_token_id, generationFile) ?? config.endTokenIds },
    extras,
    generation,
    saved: readSaved(own, file),
    hasTokenizer: await exists(join(directory, 'tokenizer.json')),
  };
}

/** Says what is there instead: people name a Hub's model, an adapter, or mistype. */
async function noModel(directory: string, file: string): Promise<CheckpointError> {
  if (await exists(join(directory, 'adapter_config.json')))
    return new CheckpointError(
      { file: directory },
      'this is an adapter, not a model. Load the model that it was trained on, and add it with mergeAdapter.',
    );
  if (await exists(directory))
    return new CheckpointError({ file }, 'there is no such file. Name the directory that a model was saved to.');
  return new CheckpointError(
    { file: directory },
    'there is no such directory. Name the one that a model was saved to; one of the Hugging Face Hub is downloaded ' +
      'first: hf download <name> --local-dir <directory>.',
  );
}

function readSaved(own: unknown, file: string): SavedTemplate | undefined {
  if (own === undefined) return undefined;
  const saved = parseSavedTemplate(own);
  if (saved !== undefined) return saved;
  throw new CheckpointError(
    { file },
    `${OWN_FIELD}.template is no prompt template. Pass the template to use when loading, and remove the field.`,
  );
}

function readEndTokens(value: unknown, file: string): readonly number[] | undefined {
  if (value === undefined || value === null) return undefined;
  const ids = [value].flat();
  if (ids.every((id): id is number => Number.isSafeInteger(id) && (id as number) >= 0)) return ids;
  throw new CheckpointError({ file }, 'eos_token_id is neither a token id nor a list of them. Correct the file.');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
