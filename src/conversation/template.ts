import * as z from 'zod';
import { VicunaError } from '../core/index.js';
import { type ChatTemplate, chatTemplateSchema } from './chat-template/index.js';

/** What stands around a message. @public */
export interface MessageFrame {
  /** Written before the message. */
  readonly prefix: string;
  /** Written after it. */
  readonly suffix: string;
}

/** How a conversation is written as one text: {@link vicunaV1_1} or the like, or a model's own Jinja template. @public */
export type PromptTemplate = FramedTemplate | ChatTemplate;

/** @internal */
export function isChatTemplate(template: PromptTemplate): template is ChatTemplate {
  return 'source' in template;
}

/**
 * A prompt template as what stands around messages, as plain data: copy one of ours and change what differs.
 *
 * A text is the system message, then every message in its frame. What the model learns of an assistant's message is
 * `lead`, the content and `end`.
 *
 * @public
 */
export interface FramedTemplate {
  /** Names the template in saved models and errors. */
  readonly name: string;
  /** The system message of a conversation that brings none. */
  readonly systemMessage: string;
  /** Stands around the system message. */
  readonly system: MessageFrame;
  /** Stands around a user's message. */
  readonly user: MessageFrame;
  /** Stands around a reply, divided into what is given and what is learned. */
  readonly assistant: {
    /** Ends the prompt: the model goes on from here. */
    readonly prefix: string;
    /** What the model writes before the reply itself. */
    readonly lead: string;
    /** What the model writes to end its turn. A reply that was cut short has none. */
    readonly end: string;
    /** What follows and is not learned. */
    readonly suffix: string;
  };
  /** Strings that end a reply during generation. */
  readonly stop: readonly string[];
  /**
   * Parts of the strings above that are special tokens of the tokenizer. The same letters in a message stay ordinary
   * text, so that nobody can end the assistant's turn by typing `</s>`.
   */
  readonly controlTokens: readonly string[];
}

const frame = z.strictObject({ prefix: z.string(), suffix: z.string() });

const framedTemplateSchema: z.ZodType<FramedTemplate, FramedTemplate> = z.strictObject({
  name: z.string().min(1),
  systemMessage: z.string(),
  system: frame,
  user: frame,
  assistant: z.strictObject({
    prefix: z.string().min(1),
    lead: z.string(),
    end: z.string().min(1),
    suffix: z.string(),
  }),
  stop: z.array(z.string().min(1)),
  controlTokens: z.array(z.string().min(1)),
});

/** @internal */
export const promptTemplateSchema: z.ZodType<PromptTemplate, PromptTemplate> = z
  .record(z.string(), z.unknown())
  .transform((template, context) => {
    const parsed = ('source' in template ? chatTemplateSchema : framedTemplateSchema).safeParse(template);
    if (parsed.success) return parsed.data;
    for (const { path, message } of parsed.error.issues)
      context.addIssue({ code: 'custom', path: [...path], message, input: template });
    return z.NEVER;
  }) as unknown as z.ZodType<PromptTemplate, PromptTemplate>;

/**
 * Vicuna v1.1 and later (FastChat's `vicuna_v1.1`):
 * `<system> USER: question ASSISTANT: reply</s>USER: question ASSISTANT: reply</s>`.
 *
 * @public
 */
export const vicunaV1_1: FramedTemplate = {
  name: 'vicuna_v1.1',
  systemMessage:
    'A chat between a curious user and an artificial intelligence assistant. ' +
    "The assistant gives helpful, detailed, and polite answers to the user's questions.",
  system: { prefix: '', suffix: ' ' },
  user: { prefix: 'USER: ', suffix: ' ' },
  assistant: { prefix: 'ASSISTANT:', lead: ' ', end: '</s>', suffix: '' },
  stop: ['</s>'],
  controlTokens: ['</s>'],
};

/**
 * Vicuna v0 of March 2023 (FastChat's `zero_shot`), with no end token: turns are parted by `\n### `, and the model learns
 * to write the `###` that stops it.
 *
 * @public
 */
export const vicunaV0: FramedTemplate = {
  name: 'vicuna_v0',
  systemMessage:
    'A chat between a curious human and an artificial intelligence assistant. ' +
    "The assistant gives helpful, detailed, and polite answers to the human's questions.",
  system: { prefix: '', suffix: '\n### ' },
  user: { prefix: 'Human: ', suffix: '\n### ' },
  assistant: { prefix: 'Assistant:', lead: ' ', end: '\n###', suffix: ' ' },
  stop: ['###'],
  controlTokens: [],
};

const named = { [vicunaV1_1.name]: vicunaV1_1, [vicunaV0.name]: vicunaV0 };

/** Name of a template that ships with this package. @public */
export type PromptTemplateName = 'vicuna_v1.1' | 'vicuna_v0';

/** A template, or the name of one of ours, as configurations take it. @internal */
export const templateChoiceSchema: z.ZodType<PromptTemplate, PromptTemplateName | PromptTemplate> = z
  .union([z.enum(['vicuna_v1.1', 'vicuna_v0']), promptTemplateSchema])
  .transform((choice) => (typeof choice === 'string' ? named[choice]! : choice));

/**
 * The same template for a tokenizer whose end token is written differently, such as LLaMA 3's.
 *
 * @throws VicunaError `config-invalid` where the template ends replies otherwise than with a control token.
 * @public
 */
export function withEndToken(template: FramedTemplate, endToken: string): FramedTemplate {
  const { end } = template.assistant;
  if (!template.controlTokens.includes(end))
    throw new VicunaError(
      'config-invalid',
      `Template ${template.name} ends replies with ${JSON.stringify(end)}, which is not one of its control tokens, so there is no end token to replace.`,
    );
  const replace = (token: string) => (token === end ? endToken : token);
  return {
    ...template,
    assistant: { ...template.assistant, end: endToken },
    stop: template.stop.map(replace),
    controlTokens: template.controlTokens.map(replace),
  };
}
