export { type WriteDirectoryOptions, writeDirectoryAtomically } from './atomic-directory.js';
export { applyDelta, makeDelta, type WeightDeltaConfig } from './delta/index.js';
export { CheckpointError, type CheckpointLocation, listNames, quoteValue, TrainingCheckpointError } from './errors.js';
export {
  type GgufEntry,
  GgufFields,
  GgufFile,
  type GgufMetadata,
  GgufWeights,
  type GgufWeightType,
  readRopeFactors,
  writeGgufWeights,
} from './gguf/index.js';
export { readJsonObject } from './hugging-face/json-file.js';
export { HuggingFaceWeights } from './hugging-face/weights.js';
export { type WriteWeightsOptions, writeWeights } from './hugging-face/write-weights.js';
export { type Adapter, readAdapter } from './peft/read.js';
export { type WriteAdapterOptions, writeAdapter } from './peft/write.js';
export { type WeightDtype, weightBytes } from './safetensors/dtype.js';
export type { TensorInfo } from './safetensors/header.js';
export { SafetensorsFile } from './safetensors/reader.js';
export { type NamedShape, type WriteSafetensorsOptions, writeSafetensors } from './safetensors/writer.js';
export {
  type CheckpointBlock,
  type CheckpointCommitEvent,
  type CheckpointEvent,
  type CheckpointFailEvent,
  type CheckpointRemoveEvent,
  type CheckpointSkipEvent,
  checkpointWeights,
  latestCheckpoint,
  onEveryRank,
  openTogether,
  type ShardPiece,
  type TensorKind,
  TrainingCheckpoint,
  TrainingCheckpoints,
  type TrainingCheckpointsConfig,
  type TrainingCheckpointsRuntime,
  type TrainingCursor,
  type TrainingState,
} from './training/index.js';
