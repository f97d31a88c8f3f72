export type { ChatModel, ChatOptions, Generation, TextDelta, Usage } from './chat-model.js';
export type { RawConversation, RawTurn } from './raw.js';
export type { Conversation, Message, Role } from './types.js';
