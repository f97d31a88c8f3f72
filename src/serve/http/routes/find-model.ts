import { VicunaError } from '../../../core/index.js';
import type { ModelProvider, ServedModel } from '../../types.js';

/** @throws VicunaError `model-not-found` naming those there are. */
export function findModel(provider: ModelProvider, id: string): ServedModel {
  const model = provider.model(id);
  if (model !== undefined) return model;
  const ids = provider.models().map((one) => one.id);
  throw new VicunaError(
    'model-not-found',
    `There is no model ${JSON.stringify(id)} here. ${ids.length === 0 ? 'No worker offers any at the moment.' : `There are: ${ids.join(', ')}.`}`,
  );
}

/** @throws VicunaError `option-unsupported` where a model does not do what is asked of it. */
export function methodOf<Name extends 'complete' | 'embed'>(
  model: ServedModel,
  name: Name,
): NonNullable<ServedModel[Name]> {
  const method = model[name];
  if (method === undefined)
    throw new VicunaError(
      'option-unsupported',
      `Model ${model.id} does not ${name === 'complete' ? 'complete texts' : 'embed texts'}. Use ${name === 'complete' ? '/v1/chat/completions' : 'another model'}.`,
    );
  return method.bind(model) as NonNullable<ServedModel[Name]>;
}
