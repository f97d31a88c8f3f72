export { characterOf, fromByteLevel } from './byte-level.js';
export { byteLevelTokenizerJson } from './byte-level-json.js';
export { isFaithful, specialTokenPattern } from './controls.js';
export { TokenizerError } from './errors.js';
export { parseTokenizerJson, type TokenizerJson } from './files.js';
export { loadTokenizer } from './load.js';
export { makeTokenizer } from './make.js';
export { saveTokenizer } from './save.js';
export type { SpecialTokenNames } from './special-tokens.js';
export { ByteStreamDecoder } from './stream-decoder.js';
export {
  type TokenizerTrainingConfig,
  type TokenizerTrainingEvent,
  tokenizerTrainingConfigSchema,
  trainTokenizer,
} from './train.js';
export type {
  DecodeOptions,
  EncodeOptions,
  Encoding,
  MarkedText,
  SpecialToken,
  StreamDecoder,
  StreamDecoderOptions,
  Tokenizer,
} from './types.js';
