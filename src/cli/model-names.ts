import { ConfigError } from '../core/index.js';

/** How a model is named on the command line. */
export type ModelName =
  /** A Hugging Face directory. */
  | { readonly kind: 'directory'; readonly directory: string }
  /** A model of OpenAI's API. */
  | { readonly kind: 'openai'; readonly model: string }
  /** A model of any endpoint that speaks it. */
  | { readonly kind: 'endpoint'; readonly baseURL: string; readonly model: string };

export const modelNameHelp =
  'a directory with Hugging Face weights, openai:NAME (needs OPENAI_API_KEY), or URL#NAME for any compatible endpoint, such as http://localhost:8000/v1#vicuna (its key: VICUNA_API_KEY)';

/** @throws ConfigError naming what is missing. */
export function parseModelName(name: string): ModelName {
  if (name.startsWith('openai:')) return { kind: 'openai', model: required(name, name.slice('openai:'.length)) };
  if (!/^https?:\/\//.test(name)) return { kind: 'directory', directory: name };
  const hash = name.indexOf('#');
  const baseURL = hash === -1 ? name : name.slice(0, hash);
  return { kind: 'endpoint', baseURL, model: required(name, hash === -1 ? '' : name.slice(hash + 1)) };
}

function required(name: string, model: string): string {
  if (model !== '') return model;
  throw new ConfigError('The command line', [
    { path: name, message: 'names no model. Write it as openai:NAME, or as URL#NAME.' },
  ]);
}
