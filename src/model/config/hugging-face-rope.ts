import { CheckpointError, quoteValue } from '../../checkpoint/index.js';
import { VicunaError } from '../../core/index.js';
import type { RopeShape } from '../../engine/index.js';

type JsonObject = Readonly<Record<string, unknown>>;

/**
 * The rope of a `config.json`: `rope_parameters` of transformers 5, or `rope_theta` and `rope_scaling` of 4. Where both
 * stand in one file `rope_scaling` wins, and a theta beside the scaling wins over one at the top, as in transformers 5.
 *
 * @returns values that are still to be checked.
 */
export function ropeFromHuggingFace(json: JsonObject, file: string): RopeShape {
  const parameters = json.rope_scaling ?? json.rope_parameters ?? {};
  if (typeof parameters !== 'object' || Array.isArray(parameters))
    throw new CheckpointError({ file }, 'rope_parameters is not an object. Correct the file or fetch it again.');
  const rope = parameters as JsonObject;
  const nested = Object.keys(rope).find((name) => typeof rope[name] === 'object' && rope[name] !== null);
  if (nested !== undefined)
    throw new VicunaError(
      'model-unsupported',
      `${file}: rope_parameters.${nested.slice(0, 80)} is an object. All layers have one rope here.`,
    );
  const theta = (rope.rope_theta ?? json.rope_theta ?? 10_000) as number;
  const type = rope.rope_type ?? rope.type ?? 'default';
  if (type === 'default') return { theta };
  const factor = rope.factor as number;
  if (type === 'linear') return { theta, scaling: { type, factor } };
  if (type === 'llama3')
    return {
      theta,
      scaling: {
        type,
        factor,
        lowFrequencyFactor: rope.low_freq_factor as number,
        highFrequencyFactor: rope.high_freq_factor as number,
        originalContext: (rope.original_max_position_embeddings ?? json.max_position_embeddings ?? 2048) as number,
      },
    };
  throw new VicunaError(
    'model-unsupported',
    `${file}: rope type ${quoteValue(type)} is not computed here; default, linear and llama3 are. Use a model with one of those.`,
  );
}

/** Both spellings. Releases before 4.43 want `type` and exactly two fields for linear scaling; later ones read it too. */
export function ropeToHuggingFace({ theta, scaling }: RopeShape): JsonObject {
  if (scaling === undefined)
    return { rope_theta: theta, rope_scaling: null, rope_parameters: { rope_theta: theta, rope_type: 'default' } };
  if (scaling.type === 'linear') {
    const { type, factor } = scaling;
    return {
      rope_theta: theta,
      rope_scaling: { type, factor },
      rope_parameters: { rope_theta: theta, rope_type: type, factor },
    };
  }
  const llama3 = {
    rope_type: scaling.type,
    factor: scaling.factor,
    low_freq_factor: scaling.lowFrequencyFactor,
    high_freq_factor: scaling.highFrequencyFactor,
    original_max_position_embeddings: scaling.originalContext,
  };
  return { rope_theta: theta, rope_scaling: llama3, rope_parameters: { rope_theta: theta, ...llama3 } };
}
