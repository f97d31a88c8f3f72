import type { ServedModel } from '../../types.js';
import { findModel } from './find-model.js';
import type { RouteContext } from './route-context.js';

/** `GET /v1/models` */
export function listModels({ models, startedSeconds }: RouteContext): Response {
  return Response.json({ object: 'list', data: models.models().map((model) => describe(model, startedSeconds)) });
}

function describe(model: ServedModel, startedSeconds: number) {
  return {
    id: model.id,
    object: 'model',
    created: startedSeconds,
    owned_by: 'vicuna-sdk',
    capabilities: {
      features: model.features,
      completions: model.complete !== undefined,
      embeddings: model.embed !== undefined,
    },
  };
}

/** `GET /v1/models/{id}` @throws VicunaError `model-not-found`. */
export function describeModel({ models, startedSeconds }: RouteContext, id: string): Response {
  return Response.json(describe(findModel(models, id), startedSeconds));
}
