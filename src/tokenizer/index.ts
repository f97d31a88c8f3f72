export type { DecodeOptions, EncodeOptions, Encoding, Tokenizer } from './types.js';
