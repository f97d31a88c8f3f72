export type { ChatModel, ChatOptions, Generation, TextDelta, Usage } from './chat-model.js';
export type { RawConversation, RawTurn } from './raw.js';
export {
  type MessageFrame,
  type PromptTemplate,
  type PromptTemplateName,
  promptTemplateSchema,
  templateChoiceSchema,
  vicunaV0,
  vicunaV1_1,
  withEndToken,
} from './template.js';
export {
  type RenderedConversation,
  type RenderedPrompt,
  type RenderedTurn,
  renderConversation,
  renderPrompt,
  type Segment,
  type SupervisedSpan,
} from './template-render.js';
export type { Conversation, Message, Role } from './types.js';
