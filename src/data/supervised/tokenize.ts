import { type Conversation, type RenderedConversation, renderConversation } from '../../conversation/index.js';
import { VicunaError } from '../../core/index.js';
import type { Encoding, Tokenizer } from '../../tokenizer/index.js';
import type { ResolvedSupervisionConfig } from './config.js';
import type { SupervisedExample } from './example.js';
import { countSupervised, labelReplies } from './mask.js';
import type { SupervisionRejection } from './report.js';

/** A conversation that was written in the template and tokenised. */
export interface TokenizedConversation {
  readonly conversation: Conversation;
  readonly rendered: RenderedConversation;
  readonly encoding: Encoding;
}

/** An example, and whether it lost its end to `maxTokens`. */
export interface TruncatableExample extends SupervisedExample {
  readonly isTruncated: boolean;
}

/** Writes and tokenises conversations, in one native call. One that cannot be written comes back as a rejection. */
export async function tokenizeConversations(
  conversations: readonly Conversation[],
  { template }: ResolvedSupervisionConfig,
  tokenizer: Tokenizer,
): Promise<(TokenizedConversation | SupervisionRejection)[]> {
  const rendered = conversations.map((conversation) => {
    try {
      return renderConversation(conversation, template);
    } catch (error) {
      if (!VicunaError.isInstance(error)) throw error;
      return { id: conversation.id, reason: 'malformed', detail: error.message } as const;
    }
  });
  const encodings = await tokenizer.encodeBatch(rendered.filter((text) => 'text' in text));
  let next = 0;
  return rendered.map((text, index) =>
    'text' in text ? { conversation: conversations[index]!, rendered: text, encoding: encodings[next++]! } : text,
  );
}

/** Labels a tokenised conversation and holds it to the limits. */
export function makeExample(
  { conversation: { id, segmentOf }, rendered, encoding }: TokenizedConversation,
  { maxTokens, tooLong }: ResolvedSupervisionConfig,
): TruncatableExample | SupervisionRejection {
  const isTruncated = encoding.length > maxTokens;
  if (isTruncated && tooLong === 'reject')
    return { id, reason: 'too-long', detail: `${encoding.length} tokens, where ${maxTokens} are allowed` };
  const tokens = encoding.ids.slice(0, maxTokens);
  const labels = labelReplies(encoding, rendered.spans).slice(0, maxTokens);
  const supervisedTokens = countSupervised(labels);
  if (supervisedTokens > 0)
    return { id, ...(segmentOf !== undefined && { segmentOf }), tokens, labels, supervisedTokens, isTruncated };
  const detail =
    rendered.spans.length === 0
      ? 'it has no message of the assistant'
      : `the first reply begins after the first ${maxTokens} tokens`;
  return { id, reason: 'nothing-to-learn', detail };
}
