export { byteTokenizer } from './byte-tokenizer.js';
export {
  type ReplyScript,
  type ScriptedCall,
  type ScriptedChatModel,
  type ScriptedChatOptions,
  type ScriptedReply,
  scriptedChatModel,
} from './scripted-chat-model.js';
