import { describe, expect, it } from 'vitest';
import {
  type FramedTemplate,
  type Message,
  renderConversation,
  renderPrompt,
  vicunaV0,
  vicunaV1_1,
  withEndToken,
} from '../../src/conversation/index.js';
import { jinjaTemplate } from '../../src/model/jinja-template.js';
import { hasPythonPackage, runPython } from '../support/python.js';

const hasJinja = await hasPythonPackage('jinja2');

const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const system: Message = { role: 'system', content: 'Be "brief" {{ not code }}.' };
const conversations: readonly (readonly Message[])[] = [
  [user('Hello')],
  [system, user('Hello\n"there"'), assistant('Hi'), user('{% if %} 🦙')],
  [user('Hello'), assistant('  Hi  ')],
  [system, user('one'), assistant('two'), user('three'), assistant('four')],
];

const strange: FramedTemplate = {
  name: 'strange',
  systemMessage: '',
  system: { prefix: '', suffix: '' },
  user: { prefix: '<|"\\user|>\n', suffix: '\t' },
  assistant: { prefix: "<|it's|>", lead: '', end: '</s>', suffix: '\n' },
  stop: [],
  controlTokens: ['</s>'],
};

describe.skipIf(!hasJinja)('the chat template that other software reads', () => {
  it.each<[string, FramedTemplate]>([
    ['Vicuna v1.1', vicunaV1_1],
    ['Vicuna v0', vicunaV0],
    ["LLaMA 3's end token", withEndToken(vicunaV1_1, '<|eot_id|>')],
    ['quotes, backslashes and nothing', strange],
  ])('renders what the prompt template does: %s', async (_, template) => {
    const input = { template: jinjaTemplate(template), bos_token: '<s>', conversations };
    const rendered = await runPython<string[]>('render_template.py', input);
    const expected = conversations.map((messages) =>
      messages.at(-1)!.role === 'user'
        ? renderPrompt(messages, template).text
        : renderConversation({ id: 'a', messages }, template).text,
    );
    expect(rendered).toEqual(expected.map((text) => `<s>${text}`));
  });
});
