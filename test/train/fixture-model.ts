import { join } from 'node:path';
import type { Engine } from '../../src/engine/index.js';
import { VicunaModel } from '../../src/model/index.js';
import type { GoldenModelName } from '../support/goldens.js';
import { numericsDirectory } from '../support/shared-data.js';

/** One of the golden models; it has no tokenizer. */
export function fixtureModel(engine: Engine, name: GoldenModelName = 'tiny-llama-mha'): Promise<VicunaModel> {
  return VicunaModel.load(join(numericsDirectory, name, 'model'), { engine });
}

/** What a model's weights are now, one vector a block. */
export function weightsOf({ engine, parameters }: VicunaModel): Promise<Float32Array[]> {
  return Promise.all(parameters.map((vector) => engine.download(vector)));
}
