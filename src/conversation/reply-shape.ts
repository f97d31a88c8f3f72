import { replyFrame } from './chat-template/index.js';
import { isChatTemplate, type PromptTemplate } from './template.js';

/** What a model writes around a reply. @internal */
export interface ReplyShape {
  /** Before the reply itself. */
  readonly lead: string;
  /** Strings that end it. */
  readonly stop: readonly string[];
  /** The special token that ends it, where there is one. */
  readonly endToken: string | undefined;
}

/** @throws VicunaError `template-unsupported` @internal */
export function replyShape(template: PromptTemplate): ReplyShape {
  if (isChatTemplate(template)) {
    const { lead, endToken } = replyFrame(template);
    return { lead, stop: template.stop, endToken };
  }
  const { lead, end } = template.assistant;
  const endToken = template.controlTokens.includes(end) ? end : undefined;
  return { lead, stop: [...template.stop, end], endToken };
}
