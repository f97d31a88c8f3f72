export { type LlamaConfig, type ResolvedLlamaConfig, toModelShape } from './config/llama-config.js';
export { llamaPresets } from './config/presets.js';
export type { EngineChoice } from './engine-choice.js';
export type { TextEvaluation } from './evaluate-text.js';
export type { WeightFormat } from './parameters.js';
export type { CreateOptions, LoadOptions, ModelOptions } from './parts.js';
export type { CompletionOptions, ContextOverflow, VicunaChatOptions } from './sampling/settings.js';
export type { SaveOptions } from './save.js';
export { VicunaModel } from './vicuna-model.js';
