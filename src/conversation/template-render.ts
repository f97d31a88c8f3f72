import { VicunaError } from '../core/index.js';
import { renderChatConversation, renderChatPrompt } from './chat-template/index.js';
import type { RenderedConversation, RenderedPrompt, RenderedTurn, SupervisedSpan } from './rendered.js';
import { type FramedTemplate, isChatTemplate, type PromptTemplate } from './template.js';
import type { Conversation, Message } from './types.js';

/**
 * Writes messages as a prompt that the model answers.
 *
 * @throws VicunaError `data-malformed` where the last message is not the user's, a system message is not the first, or a
 * chat template refuses the messages; `template-unsupported` where a chat template cannot be interpreted.
 * @public
 */
export function renderPrompt(messages: readonly Message[], template: PromptTemplate): RenderedPrompt {
  if (messages.at(-1)?.role !== 'user')
    throw new VicunaError(
      'data-malformed',
      `A prompt ends with a user's message for the model to answer; this one ends with ${messages.at(-1)?.role ?? 'none'}.`,
    );
  if (isChatTemplate(template)) return renderChatPrompt(messages, template);
  const writer = new Writer(template);
  writer.messages(messages, 'a prompt', false);
  writer.fixed(template.assistant.prefix);
  return { text: writer.text, controls: writer.controls };
}

/**
 * Writes a whole conversation as the text to learn from, and says which of it is learned.
 *
 * @throws VicunaError `data-malformed` where a system message is not the first, or a conversation that is `unfinished`
 * does not end with the assistant, or where a chat template refuses the messages or writes a reply so that it cannot be told
 * from the rest; `template-unsupported` where a chat template cannot be interpreted, or ends replies with no special token.
 * @public
 */
export function renderConversation(conversation: Conversation, template: PromptTemplate): RenderedConversation {
  const { messages, unfinished = false } = conversation;
  const subject = `conversation ${JSON.stringify(conversation.id)}`;
  if (unfinished && messages.at(-1)?.role !== 'assistant')
    throw new VicunaError('data-malformed', `${subject} is unfinished but does not end with the assistant's message.`);
  if (isChatTemplate(template)) return renderChatConversation(messages, template, subject, unfinished);
  const writer = new Writer(template);
  writer.messages(messages, subject, unfinished);
  return { text: writer.text, controls: writer.controls, turns: writer.turns, spans: writer.spans };
}

class Writer {
  text = '';
  readonly controls: number[] = [];
  readonly turns: RenderedTurn[] = [];
  readonly spans: SupervisedSpan[] = [];
  readonly #template: FramedTemplate;
  readonly #controlTokens: readonly string[];

  constructor(template: FramedTemplate) {
    this.#template = template;
    this.#controlTokens = [...template.controlTokens].sort((left, right) => right.length - left.length);
  }

  messages(messages: readonly Message[], subject: string, unfinished: boolean): void {
    const bringsSystem = messages[0]?.role === 'system';
    this.#framed('system', bringsSystem ? messages[0]!.content : this.#template.systemMessage);
    for (let index = bringsSystem ? 1 : 0; index < messages.length; index++) {
      const { role, content } = messages[index]!;
      if (role === 'user') this.#framed(role, content);
      else if (role === 'assistant') this.#reply(content, unfinished && index === messages.length - 1);
      else
        throw new VicunaError(
          'data-malformed',
          `Message ${index} of ${subject} has the role ${JSON.stringify(role)}; after the first message only "user" and "assistant" are possible.`,
        );
    }
  }

  /** Text of the template, noting the control tokens in it. */
  fixed(text: string): void {
    for (let at = 0; at < text.length; ) {
      const token = this.#controlTokens.find((candidate) => text.startsWith(candidate, at));
      if (token !== undefined) this.controls.push(this.text.length + at);
      at += token?.length ?? 1;
    }
    this.text += text;
  }

  #framed(role: 'system' | 'user', content: string): void {
    const start = this.text.length;
    this.fixed(this.#template[role].prefix);
    this.text += content;
    this.fixed(this.#template[role].suffix);
    this.turns.push({ role, start, end: this.text.length });
  }

  #reply(content: string, isCut: boolean): void {
    const { prefix, lead, end, suffix } = this.#template.assistant;
    const turnStart = this.text.length;
    this.fixed(prefix);
    const start = this.text.length;
    this.fixed(lead);
    const contentStart = this.text.length;
    this.text += content;
    const contentEnd = this.text.length;
    if (!isCut) this.fixed(end);
    this.spans.push({ start, end: this.text.length, contentStart, contentEnd });
    if (!isCut) this.fixed(suffix);
    this.turns.push({ role: 'assistant', start: turnStart, end: this.text.length });
  }
}
