import type { ChatModel, CompletionModel, EmbeddingModel } from '../conversation/index.js';
import { VicunaError, type VicunaErrorCode } from '../core/index.js';

/**
 * A model that can be served: it chats, and may complete texts and embed them. A `VicunaModel` does all three; a gateway
 * offers the models of its workers in the same form, so that whatever answers requests knows no difference.
 *
 * @public
 */
export type ServedModel = ChatModel & Partial<CompletionModel & EmbeddingModel>;

/** Where the models are that requests name. @public */
export interface ModelProvider {
  /** Those that can be asked now. */
  models(): readonly ServedModel[];
  /** @returns `undefined` where no such model is known. */
  model(id: string): ServedModel | undefined;
}

/** Nothing could take a request now; try again in `retryAfterSeconds`. Code `overloaded`. @public */
export class OverloadedError extends VicunaError {
  readonly retryAfterSeconds: number;

  constructor(message: string, retryAfterSeconds: number) {
    super('overloaded' satisfies VicunaErrorCode, message);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}
