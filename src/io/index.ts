export { AtomicFile, type WrittenFile, writeFileAtomic } from './atomic-file.js';
export type { ByteSource } from './byte-source.js';
export { hashFile, hashOf } from './content-hash.js';
export { fileError } from './file-errors.js';
export { pathOf } from './file-reader.js';
export type { JsonForm } from './json-form.js';
export { type JsonReaderOptions, type ReadAmounts, readJson } from './json-reader.js';
export type { BadJsonRecord, JsonItem, JsonProblem, JsonRecord } from './json-record.js';
export { JsonWriter } from './json-writer.js';
