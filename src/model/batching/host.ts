import type { KeyValueCache, ModelWeights, Transformer } from '../../engine/index.js';
import type { EngineTurns } from './engine-turns.js';
import type { BatchStepObserver } from './load.js';

/** What the batch is computed with. */
export interface BatchHost {
  readonly transformer: Transformer;
  readonly turns: EngineTurns;
  /** Throws where they cannot be used now. */
  readonly weights: () => ModelWeights;
  readonly release: (cache: KeyValueCache) => void;
  readonly onStep?: BatchStepObserver | undefined;
}
