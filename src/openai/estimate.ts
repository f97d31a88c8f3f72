import type { Message } from '../conversation/index.js';

const bytesOfToken = 3;
/** What endpoints put around a message. */
const tokensOfMessage = 4;

/**
 * About how many tokens a text has, where nobody counted: a third of its UTF-8 bytes. English has about four bytes to a
 * token and Chinese about three, so it is rather too much than too little.
 *
 * @internal
 */
export function estimateTokens(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / bytesOfToken);
}

/** @internal */
export function estimatePrompt(messages: readonly Message[]): number {
  return messages.reduce((sum, { content }) => sum + tokensOfMessage + estimateTokens(content), 0);
}
