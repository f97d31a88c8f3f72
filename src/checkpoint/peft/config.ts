import { VicunaError } from '../../core/index.js';
import type { ResolvedLoraConfig } from '../../engine/index.js';
import { CheckpointError, quoteValue } from '../errors.js';

type JsonObject = Readonly<Record<string, unknown>>;

/** What `adapter_config.json` says of an adapter's form; which maps it has, its tensors say. */
export type AdapterForm = Omit<ResolvedLoraConfig, 'targets'>;

/** Fields that either are read here or do not change what an adapter computes. */
const understood = new Set([
  ...['r', 'lora_alpha', 'lora_dropout', 'use_rslora', 'peft_type', 'task_type', 'bias', 'init_lora_weights'],
  // Which layers and maps are adapted, and how they were found: the tensors tell.
  ...['target_modules', 'exclude_modules', 'layers_to_transform', 'layers_pattern'],
  ...['base_model_name_or_path', 'revision', 'auto_mapping', 'peft_version', 'inference_mode'],
  ...['megatron_core', 'qalora_group_size', 'eva_config', 'ensure_weight_tying'],
]);

/** Ways of drawing A and B that leave the base as it is. Others, PiSSA for one, take something out of its weights. */
const initializations = new Set([undefined, null, true, false, 'gaussian', 'eva', 'orthogonal']);

/** The content of peft's `adapter_config.json`. @param baseModel - name or directory of the model it belongs to */
export function formatAdapterConfig(lora: ResolvedLoraConfig, baseModel: string | undefined): JsonObject {
  return {
    alpha_pattern: {},
    base_model_name_or_path: baseModel ?? null,
    bias: 'none',
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    modules_to_save: null,
    peft_type: 'LORA',
    r: lora.rank,
    rank_pattern: {},
    target_modules: lora.targets,
    task_type: 'CAUSAL_LM',
    use_dora: false,
    use_rslora: lora.rankStabilized,
  };
}

/**
 * @throws VicunaError `model-unsupported` naming the field that would make the adapter compute something else.
 * @throws CheckpointError where a number is none.
 */
export function parseAdapterConfig(json: JsonObject, file: string): AdapterForm {
  if (json.peft_type !== 'LORA') throw unsupported(file, 'peft_type', json.peft_type, 'Only LORA is computed here.');
  if (![undefined, null, 'none'].includes(json.bias as string))
    throw unsupported(file, 'bias', json.bias, 'Biases are not trained or read here.');
  if (!initializations.has(json.init_lora_weights as string))
    throw unsupported(
      file,
      'init_lora_weights',
      json.init_lora_weights,
      'It changes the weights of the base too. Convert the adapter to a plain LoRA with peft (path_initial_model_for_weight_conversion).',
    );
  for (const [field, value] of Object.entries(json))
    if (!understood.has(field) && !isNeutral(value))
      throw unsupported(file, field, value, 'Only plain LoRA is computed here.');
  return {
    rank: read(json, 'r', file, (rank) => Number.isSafeInteger(rank) && rank > 0, 'a positive whole number'),
    alpha: read(json, 'lora_alpha', file, (alpha) => Number.isFinite(alpha) && alpha > 0, 'a positive number'),
    dropout: read(json, 'lora_dropout', file, (rate) => rate >= 0 && rate < 1, 'at least 0 and below 1', 0),
    rankStabilized: json.use_rslora === true,
  };
}

/** Whether a field says that something is not used. */
function isNeutral(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === null || value === false;
}

function read(
  json: JsonObject,
  field: string,
  file: string,
  isValid: (value: number) => boolean,
  what: string,
  missing?: number,
): number {
  const value = json[field] ?? missing;
  if (typeof value === 'number' && isValid(value)) return value;
  throw new CheckpointError({ file }, `${field} is ${quoteValue(value)}, not ${what}. Correct it or fetch it again.`);
}

function unsupported(file: string, field: string, value: unknown, advice: string): VicunaError {
  return new VicunaError('model-unsupported', `${file}: ${field} is ${quoteValue(value)}. ${advice}`);
}
