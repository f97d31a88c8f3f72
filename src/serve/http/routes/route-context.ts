import type { ModelProvider } from '../../types.js';
import type { Moderation } from '../moderation/moderation.js';

/** What the routes answer with. */
export interface RouteContext {
  readonly models: ModelProvider;
  readonly moderation: Moderation;
  readonly maximumPromptCharacters: number;
  /** When the handler was made, in seconds since the epoch. */
  readonly startedSeconds: number;
}
