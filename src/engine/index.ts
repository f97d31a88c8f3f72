export { assertBatch, IGNORED_LABEL, nextTokenTargets, type PackedBatch, supervisedTokens } from './batch.js';
export type {
  AdamWUpdate,
  BatchHandle,
  BlockWeights,
  CompressedFormat,
  CompressedWeights,
  DecodeRequest,
  Engine,
  EngineName,
  EngineUsage,
  Handle,
  HeadLoss,
  HeadLossOptions,
  HeadVectors,
  HeadWeights,
  KeyValueCache,
  LayerActivations,
  LayerAdapter,
  LayerForward,
  ModelVectors,
  ModelWeights,
  Transformer,
  Vector,
  ZerosOptions,
} from './engine.js';
export { type BlockLayout, modelBlocks, type ParameterSlice } from './layout.js';
export {
  type LoraConfig,
  type LoraTarget,
  loraBlocks,
  loraConfigSchema,
  loraDropoutSeed,
  loraScale,
  loraTargets,
  type ResolvedLoraConfig,
} from './lora.js';
export type { InstructionSet } from './native/index.js';
export { createEngine, type EngineOptions } from './select.js';
export type { ModelShape, RopeShape } from './shape.js';
export type { TfjsBackend } from './tfjs/device.js';
