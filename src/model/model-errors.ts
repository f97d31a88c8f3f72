import { VicunaError } from '../core/index.js';

export function disposed(id: string): VicunaError {
  return new VicunaError('disposed', `Model ${id} has been disposed of. Load it again.`);
}

export function withoutTokenizer(id: string): VicunaError {
  return new VicunaError(
    'tokenizer-unreadable',
    `Model ${id} has no tokenizer. Put a tokenizer.json into its directory, or pass { tokenizer: await loadTokenizer(path) } when loading it.`,
  );
}
