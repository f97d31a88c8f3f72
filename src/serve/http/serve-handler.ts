import type { GatewayEvent } from '../gateway/index.js';
import type { ModelProvider, ServedModel } from '../types.js';
import type { ServeLogEntry } from './exchange/log.js';
import type { ModerationPolicy } from './moderation/policy.js';

/** What a handler works with. @public */
export interface HandlerRuntime {
  /** Models of this process, or where a gateway finds them. */
  readonly models: ModelProvider | readonly ServedModel[];
  /** Who looks at texts before and after the model. @defaultValue nobody */
  readonly moderation?: ModerationPolicy | undefined;
  /** Every request and every decision of a moderator; without the texts. */
  readonly onLog?: ((entry: ServeLogEntry) => void) | undefined;
}

/**
 * An OpenAI-compatible API as a function from a web-standard `Request` to a `Response`: for a server of your own (Express,
 * Next, Bun, a test), or for {@link listen}.
 *
 * Chat and text completions (streamed and whole), embeddings, models and votes under `/v1`; `/openapi.json`, `/metrics`,
 * `/healthz`, `/readyz`; a chat page at `/` where it is opened. All but the page and health needs a key.
 *
 * @public
 */
export interface ServeHandler {
  /** Answers one request; what goes wrong is a response in OpenAI's form. */
  fetch(request: Request): Promise<Response>;
  /** Counts what a gateway does; pass it as the gateway's `onEvent`. */
  readonly observe: (event: GatewayEvent) => void;
}
