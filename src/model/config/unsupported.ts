import { quoteValue } from '../../checkpoint/index.js';
import { VicunaError } from '../../core/index.js';

type JsonObject = Readonly<Record<string, unknown>>;

// Conversions of early 2023 spell the class as the paper spells the model.
const architectures = new Set(['LlamaForCausalLM', 'LLaMAForCausalLM']);

/** Fields that change what is computed, and the values of them that are computed here. */
const required: readonly (readonly [field: string, allowed: readonly unknown[], advice: string])[] = [
  ['model_type', ['llama'], 'Only LLaMA models are computed here.'],
  ['hidden_act', ['silu', 'swish', undefined], 'Only silu is computed here.'],
  ['attention_bias', [false, null, undefined], 'Attention with biases is not computed here.'],
  ['mlp_bias', [false, null, undefined], 'Feed-forward parts with biases are not computed here.'],
  ['quantization_config', [null, undefined], 'Load the weights it was quantized from.'],
  ['partial_rotary_factor', [1, null, undefined], 'Heads are rotated whole here.'],
  ['layer_types', [null, undefined], 'Every layer attends to the whole sequence here.'],
  ['per_layer_config', [null, undefined], 'All layers have one shape here.'],
];

/**
 * Refuses models that would be computed wrongly.
 *
 * @throws VicunaError `model-unsupported` naming the field and its value.
 */
export function assertSupported(json: JsonObject, file: string): void {
  for (const [field, allowed, advice] of required) {
    if (allowed.includes(json[field])) continue;
    throw unsupported(file, field, json[field], advice);
  }
  const named = json.architectures ?? [];
  if (!Array.isArray(named) || !named.every((name) => architectures.has(name)))
    throw unsupported(file, 'architectures', named, 'Only LlamaForCausalLM is computed here.');
}

function unsupported(file: string, field: string, value: unknown, advice: string): VicunaError {
  return new VicunaError('model-unsupported', `${file}: ${field} is ${quoteValue(value)}. ${advice}`);
}
