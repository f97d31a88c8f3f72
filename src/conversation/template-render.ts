import { VicunaError } from '../core/index.js';
import type { PromptTemplate } from './template.js';
import type { Conversation, Message, Role } from './types.js';

/** A text and where its control tokens stand (UTF-16 offsets, ascending). Tokenizers take it as it is. @public */
export interface RenderedPrompt {
  /** The whole text, ending where the model goes on. */
  readonly text: string;
  /**
   * Offsets of the control tokens in `text`, in UTF-16 units, ascending. The same letters elsewhere are ordinary text.
   */
  readonly controls: readonly number[];
}

/** Where a message stands in a rendered text, as UTF-16 offsets. Turns tile the text. @public */
export interface RenderedTurn {
  /** Whose message it is. */
  readonly role: Role;
  /** Where its frame begins. */
  readonly start: number;
  /** Just past its frame: where the next turn begins. */
  readonly end: number;
}

/** What is learned of one reply, as UTF-16 offsets. @public */
export interface SupervisedSpan {
  /** Just past the assistant's prefix (`ASSISTANT:`). */
  readonly start: number;
  /** Just past what ends the reply (`</s>`); past the content where the reply was cut short. */
  readonly end: number;
  /** Where the reply itself begins. */
  readonly contentStart: number;
  /** Just past the reply itself. */
  readonly contentEnd: number;
}

/** A conversation as one text, with what is learned of it. @public */
export interface RenderedConversation extends RenderedPrompt {
  /** One a message, the system message first. */
  readonly turns: readonly RenderedTurn[];
  /** One an assistant's message: `text.slice(contentStart, contentEnd)` is the reply. */
  readonly spans: readonly SupervisedSpan[];
}

/**
 * Writes messages as a prompt that the model answers.
 *
 * @throws VicunaError `data-malformed` where the last message is not the user's, or a system message is not the first.
 * @public
 */
export function renderPrompt(messages: readonly Message[], template: PromptTemplate): RenderedPrompt {
  if (messages.at(-1)?.role !== 'user')
    throw new VicunaError(
      'data-malformed',
      `A prompt ends with a user's message for the model to answer; this one ends with ${messages.at(-1)?.role ?? 'none'}.`,
    );
  const writer = new Writer(template);
  writer.messages(messages, 'a prompt', false);
  writer.fixed(template.assistant.prefix);
  return { text: writer.text, controls: writer.controls };
}

/**
 * Writes a whole conversation as the text to learn from, and says which of it is learned.
 *
 * @throws VicunaError `data-malformed` where a system message is not the first, or a conversation that is `unfinished`
 * does not end with the assistant.
 * @public
 */
export function renderConversation(conversation: Conversation, template: PromptTemplate): RenderedConversation {
  const { messages, unfinished = false } = conversation;
  const subject = `conversation ${JSON.stringify(conversation.id)}`;
  if (unfinished && messages.at(-1)?.role !== 'assistant')
    throw new VicunaError('data-malformed', `${subject} is unfinished but does not end with the assistant's message.`);
  const writer = new Writer(template);
  writer.messages(messages, subject, unfinished);
  return { text: writer.text, controls: writer.controls, turns: writer.turns, spans: writer.spans };
}

class Writer {
  text = '';
  readonly controls: number[] = [];
  readonly turns: RenderedTurn[] = [];
  readonly spans: SupervisedSpan[] = [];
  readonly #template: PromptTemplate;
  readonly #controlTokens: readonly string[];

  constructor(template: PromptTemplate) {
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
