import { VicunaError } from '../../../core/index.js';

/** @param path - JSON Pointer of the schema at fault; empty for the schema itself. */
export function unsupported(path: string, problem: string, advice: string): VicunaError {
  return new VicunaError(
    'schema-unsupported',
    `The JSON schema cannot be followed: ${path || '(itself)'}: ${problem}. ${advice}`,
  );
}
