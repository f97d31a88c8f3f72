import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Conversation,
  type Message,
  type PromptTemplate,
  promptTemplateSchema,
  renderConversation,
  renderPrompt,
  vicunaV0,
  vicunaV1_1,
  withEndToken,
} from '../../src/conversation/index.js';
import { anyText } from '../support/arbitraries.js';

/** A template of a user's own: ChatML, whose frames are full of control tokens. */
const chatml: PromptTemplate = {
  name: 'chatml',
  systemMessage: 'Be kind.',
  system: { prefix: '<|im_start|>system\n', suffix: '<|im_end|>\n' },
  user: { prefix: '<|im_start|>user\n', suffix: '<|im_end|>\n' },
  assistant: { prefix: '<|im_start|>assistant\n', lead: '', end: '<|im_end|>', suffix: '\n' },
  stop: ['<|im_end|>'],
  controlTokens: ['<|im_start|>', '<|im_end|>'],
};

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const system = (content: string): Message => ({ role: 'system', content });
const twoRounds = [user('Who are you?'), assistant('Vicuna.'), user('Bye'), assistant('Bye!')];

const learnedPieces = (conversation: Conversation, template: PromptTemplate) => {
  const { text, spans } = renderConversation(conversation, template);
  return spans.map(({ start, end }) => text.slice(start, end));
};

describe('Vicuna v1.1', () => {
  const header =
    'A chat between a curious user and an artificial intelligence assistant. ' +
    "The assistant gives helpful, detailed, and polite answers to the user's questions.";

  it('writes a conversation', () => {
    const { text } = renderConversation({ id: 'a', messages: twoRounds }, vicunaV1_1);
    expect(text).toBe(`${header} USER: Who are you? ASSISTANT: Vicuna.</s>USER: Bye ASSISTANT: Bye!</s>`);
  });

  it('teaches each reply and its end token', () => {
    expect(learnedPieces({ id: 'a', messages: twoRounds }, vicunaV1_1)).toEqual([' Vicuna.</s>', ' Bye!</s>']);
  });

  it('writes a prompt that the model goes on from', () => {
    expect(renderPrompt(twoRounds.slice(0, 3), vicunaV1_1).text).toBe(
      `${header} USER: Who are you? ASSISTANT: Vicuna.</s>USER: Bye ASSISTANT:`,
    );
  });

  it("puts a conversation's own system message in place of the default", () => {
    const messages = [system('Be brief.'), user('Hi')];
    expect(renderPrompt(messages, vicunaV1_1).text).toBe('Be brief. USER: Hi ASSISTANT:');
  });

  it('does not end a reply that goes on elsewhere', () => {
    const { text, spans, controls } = renderConversation(
      { id: 'a', messages: twoRounds, unfinished: true },
      vicunaV1_1,
    );
    expect(text).toMatch(/ASSISTANT: Bye!$/);
    expect(text.slice(spans[1]!.start, spans[1]!.end)).toBe(' Bye!');
    expect(controls).toHaveLength(1);
  });
});

describe('Vicuna v0', () => {
  const header =
    'A chat between a curious human and an artificial intelligence assistant. ' +
    "The assistant gives helpful, detailed, and polite answers to the human's questions.";

  it('writes a conversation', () => {
    const { text } = renderConversation({ id: 'a', messages: twoRounds }, vicunaV0);
    expect(text).toBe(
      `${header}\n### Human: Who are you?\n### Assistant: Vicuna.\n### Human: Bye\n### Assistant: Bye!\n### `,
    );
  });

  it('teaches each reply and the marker that stops it', () => {
    expect(learnedPieces({ id: 'a', messages: twoRounds }, vicunaV0)).toEqual([' Vicuna.\n###', ' Bye!\n###']);
    expect(vicunaV0.stop).toEqual(['###']);
  });

  it('writes a prompt', () => {
    expect(renderPrompt([user('Hi')], vicunaV0).text).toBe(`${header}\n### Human: Hi\n### Assistant:`);
  });
});

describe('a template of one’s own', () => {
  it('is plain data', () => {
    const { text, controls } = renderPrompt([user('Hi')], chatml);
    expect(text).toBe(
      '<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n',
    );
    expect(controls.map((at) => text.slice(at, at + 10))).toEqual([
      '<|im_start',
      '<|im_end|>',
      '<|im_start',
      '<|im_end|>',
      '<|im_start',
    ]);
  });

  it('is checked', () => {
    for (const template of [vicunaV1_1, vicunaV0, chatml])
      expect(promptTemplateSchema.parse(template)).toEqual(template);
    expect(promptTemplateSchema.safeParse({ ...chatml, stops: [] }).success).toBe(false);
    expect(promptTemplateSchema.safeParse({ ...chatml, assistant: { ...chatml.assistant, end: '' } }).success).toBe(
      false,
    );
  });

  it('can be ours with another end token', () => {
    const llama3 = withEndToken(vicunaV1_1, '<|eot_id|>');
    expect(renderConversation({ id: 'a', messages: twoRounds }, llama3).text).toMatch(/ASSISTANT: Bye!<\|eot_id\|>$/);
    expect(llama3).toMatchObject({ stop: ['<|eot_id|>'], controlTokens: ['<|eot_id|>'] });
    expect(() => withEndToken(vicunaV0, '</s>')).toThrow(/not one of its control tokens/);
  });
});

describe('rendering', () => {
  const messages = fc
    .array(fc.record({ role: fc.constantFrom('user' as const, 'assistant' as const), content: anyText }), {
      maxLength: 6,
    })
    .chain((rest) =>
      fc.option(anyText, { nil: undefined }).map((own) => (own === undefined ? rest : [system(own), ...rest])),
    );
  const template = fc.constantFrom(vicunaV1_1, vicunaV0, chatml);

  it('keeps every message, and says exactly where the replies are', () => {
    fc.assert(
      fc.property(messages, template, (turns, chosen) => {
        const { text, spans } = renderConversation({ id: 'a', messages: turns }, chosen);
        const { lead, end } = chosen.assistant;
        const replies = turns.filter(({ role }) => role === 'assistant').map(({ content }) => content);
        expect(spans.map(({ contentStart, contentEnd }) => text.slice(contentStart, contentEnd))).toEqual(replies);
        expect(spans.map((span) => text.slice(span.start, span.end))).toEqual(
          replies.map((reply) => lead + reply + end),
        );
      }),
    );
  });

  it('tiles the text with turns', () => {
    fc.assert(
      fc.property(messages, template, (turns, chosen) => {
        const rendered = renderConversation({ id: 'a', messages: turns }, chosen);
        const pieces = rendered.turns.map(({ start, end }) => rendered.text.slice(start, end));
        expect(pieces.join('')).toBe(rendered.text);
        const withSystem = turns[0]?.role === 'system' ? turns : [system(chosen.systemMessage), ...turns];
        expect(rendered.turns.map(({ role }) => role)).toEqual(withSystem.map(({ role }) => role));
        for (const [index, piece] of pieces.entries()) expect(piece).toContain(withSystem[index]!.content);
      }),
    );
  });

  it('marks the control tokens of the template, and none of a message', () => {
    fc.assert(
      fc.property(messages, template, (turns, chosen) => {
        const harmless = turns.map((turn) => ({ ...turn, content: '' }));
        const marks = (all: readonly Message[]) => {
          const { text, controls } = renderConversation({ id: 'a', messages: all }, chosen);
          return controls.map((at) => chosen.controlTokens.find((token) => text.startsWith(token, at)));
        };
        expect(marks(turns)).toEqual(marks(harmless));
        expect(marks(turns)).not.toContain(undefined);
      }),
    );
  });

  it('is what the model is prompted with, up to the reply', () => {
    fc.assert(
      fc.property(messages, anyText, template, (turns, question, chosen) => {
        const asked = [...turns, user(question)];
        const { text } = renderConversation({ id: 'a', messages: [...asked, assistant('x')] }, chosen);
        expect(text.startsWith(renderPrompt(asked, chosen).text)).toBe(true);
      }),
    );
  });

  it.each([
    ['a prompt that does not end with a question', () => renderPrompt(twoRounds, vicunaV1_1), /ends with assistant/],
    ['an empty prompt', () => renderPrompt([], vicunaV1_1), /ends with none/],
    [
      'a system message amid a conversation',
      () => renderConversation({ id: 'b7', messages: [user('Hi'), system('Obey')] }, vicunaV1_1),
      /Message 1 of conversation "b7" has the role "system"/,
    ],
    [
      'an unfinished conversation that ends with a question',
      () => renderConversation({ id: 'b7', messages: [user('Hi')], unfinished: true }, vicunaV1_1),
      /"b7" is unfinished/,
    ],
  ])('refuses %s', (_, render, message) => {
    expect(render).toThrow(message);
    expect(render).toThrow(expect.objectContaining({ code: 'data-malformed' }));
  });
});
