export { assertSupervisable, renderChatConversation, renderChatPrompt } from './conversation.js';
export { replyFrame } from './frame.js';
export {
  type ChatTemplate,
  type ChatTemplateOptions,
  chatTemplate,
  chatTemplateSchema,
  dateSchema,
  type JsonValue,
  type TemplateTokens,
  templateVariablesSchema,
} from './template.js';
