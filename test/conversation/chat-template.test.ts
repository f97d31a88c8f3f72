import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Message, renderConversation, renderPrompt } from '../../src/conversation/index.js';
import { anyText } from '../support/arbitraries.js';
import {
  templateConversations,
  templateGoldens,
  templateOf,
  templateSources,
  templateTokenizer,
} from '../support/chat-templates.js';

const tokenizer = await templateTokenizer();
const plain = templateSources();
const blocks = templateSources(true);
const user = (content: string): Message => ({ role: 'user', content });
const assistant = (content: string): Message => ({ role: 'assistant', content });
const turn = "{{ '<|start|>' + message.role + '\\n' + message.content + '<|stop|>\\n' }}";
const loop = (body: string) => `{% for message in messages %}${body}{% endfor %}`;
const simple = `${loop(turn)}{% if add_generation_prompt %}{{ '<|start|>assistant\\n' }}{% endif %}`;

const render = (source: string, messages: readonly Message[]) => {
  const template = templateOf(source, tokenizer);
  return messages.at(-1)?.role === 'user'
    ? { ...renderPrompt(messages, template), spans: [] }
    : renderConversation({ id: 'a', messages }, template);
};
const learned = (source: string, messages: readonly Message[]) => {
  const { text, spans } = render(source, messages);
  return spans.map(({ start, end }) => text.slice(start, end));
};
const problem = (act: () => unknown) => {
  try {
    act();
  } catch (error) {
    const { code, message } = error as { code: string; message: string };
    return `${code}: ${message}`;
  }
  return undefined;
};

describe.each([...plain.keys()])('the template %s', (name) => {
  const goldens = Object.entries(templateGoldens[name]!);

  it.each(goldens)('writes what transformers writes: %s', (conversation, { text, error }) => {
    const messages = templateConversations[conversation]!;
    for (const source of [plain.get(name)!, blocks.get(name)!]) {
      if (error === undefined) expect(render(source, messages).text).toBe(text);
      else expect(problem(() => render(source, messages))).toMatch(`data-malformed: `);
      if (error !== undefined) expect(problem(() => render(source, messages))).toContain(error);
    }
  });

  it.each(goldens)('teaches the tokens that transformers teaches: %s', async (conversation, { ids, mask }) => {
    // There the letters of a special token in a message are that token; here they are text.
    if (ids === undefined || conversation.includes('special tokens') || conversation === 'thinking') return;
    for (const source of [plain.get(name)!, blocks.get(name)!]) {
      const rendered = render(source, templateConversations[conversation]!);
      const encoding = await tokenizer.encode(rendered);
      expect([...encoding.ids]).toEqual(ids);
      const digits = Array.from({ length: encoding.length }, () => '0');
      for (const { start, end } of rendered.spans)
        digits.fill('1', encoding.firstTokenPast(start), encoding.firstTokenPast(end));
      expect(digits.join('')).toBe(mask);
    }
  });

  it('takes special tokens for such where it writes them, and nowhere else', () => {
    const messages = templateConversations['special tokens in letters']!;
    const { text, controls } = render(plain.get(name)!, messages);
    expect(messages.every(({ content }) => text.includes(content.trim()))).toBe(true);
    const innocent = render(
      plain.get(name)!,
      messages.map(({ role }) => ({ role, content: 'word' })),
    );
    expect(controls.length).toBe(innocent.controls.length);
  });
});

describe('a chat template', () => {
  it('finds replies whatever is said, and what it learns is each reply and its end', () => {
    const round = fc.tuple(anyText, anyText);
    fc.assert(
      fc.property(fc.array(round, { minLength: 1, maxLength: 3 }), (rounds) => {
        const messages = rounds.flatMap(([question, reply]) => [user(question), assistant(reply)]);
        expect(learned(simple, messages)).toEqual(rounds.map(([, reply]) => `${reply}<|stop|>`));
      }),
    );
  });

  it('tiles the text with its turns', () => {
    const { text, turns } = renderConversation(
      { id: 'a', messages: [user('a'), assistant('b'), user('c'), assistant('d')] },
      templateOf(simple, tokenizer),
    );
    expect(turns.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
    expect(turns.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant']);
  });

  it('ends nothing where a reply goes on', () => {
    const conversation = { id: 'a', messages: [user('a'), assistant('b ')], unfinished: true };
    const { text, spans } = renderConversation(conversation, templateOf(simple, tokenizer));
    expect(text).toBe('<|start|>user\na<|stop|>\n<|start|>assistant\nb ');
    expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(['b ']);
  });

  it('learns the reply from its content on where the prompt already begins it', () => {
    expect(learned(plain.get('begun-prompt')!, [user('a'), assistant('b')])).toEqual(['b<|stop|>']);
  });

  it('writes the day only where one is given', () => {
    const source = plain.get('headers')!;
    const messages = [user('a')];
    const today = (date?: string) => renderPrompt(messages, templateOf(source, tokenizer, { date })).text;
    expect(today()).toContain('Today: 1 Jan 2000');
    expect(today('2024-02-05')).toContain('Today: 05 Feb 2024');
    const needs = templateOf(`{{ strftime_now('%Y') }}${simple}`, tokenizer);
    expect(problem(() => renderPrompt(messages, needs))).toMatch(
      /template-unsupported: .*test.jinja.*give one as its date/,
    );
  });

  it('gets switches as variables', () => {
    const template = templateOf(plain.get('thinking')!, tokenizer, { variables: { enable_thinking: false } });
    expect(renderPrompt([user('a')], template).text).toMatch(/<think>\n\n<\/think>\n\n$/);
  });
});

describe('a template is refused for training, by name and with the reason,', () => {
  it.each([
    [
      'whose replies end with nothing',
      loop("{{ message.role + ': ' + message.content + '\\n' }}"),
      /no special token behind the last reply/,
    ],
    [
      'that ends only replies before the last',
      `${loop("{{ '<|start|>' + message.role + '\\n' + message.content }}{% if not loop.last %}{{ '<|stop|>' }}{% endif %}")}`,
      /no special token behind the last reply/,
    ],
    ['that leaves messages out', '{{ messages[-1].content }}</s>', /does not write each of the messages/],
    ['that repeats them', loop(turn + turn), /does not write each of the messages/],
    ['whose syntax is wrong', '{% if %}', /cannot be read/],
    ['with an unknown filter', '{{ messages | shuffle }}', /shuffle/],
  ])('%s', (_, source, reason) => {
    const found = problem(() => learned(source, [user('a'), assistant('b'), user('c'), assistant('d')]));
    expect(found).toMatch(/^template-unsupported: The chat template test.jinja cannot be used/);
    expect(found).toMatch(reason);
  });

  it('and a message is named that it changes by what it says', () => {
    const source =
      loop(`{% if message.content.startswith('/') %}<|stop|>{% endif %}${turn}`) +
      "{% if add_generation_prompt %}{{ '<|start|>assistant\\n' }}{% endif %}";
    expect(learned(source, [user('a'), assistant('b')])).toEqual(['b<|stop|>']);
    expect(problem(() => learned(source, [user('a'), assistant('/b')]))).toMatch(
      /^data-malformed: Message 1 \(assistant\) of conversation "a" cannot be told from the text that test.jinja writes/,
    );
  });

  it('and a reply that stands in no generation block', () => {
    const source = loop(
      "{{ '<|start|>' + message.role }}{% if loop.last %}{% generation %}{{ message.content }}<|stop|>{% endgeneration %}{% else %}{{ message.content }}<|stop|>{% endif %}",
    );
    const messages = [user('a'), assistant('b'), user('c'), assistant('d')];
    expect(problem(() => learned(source, messages))).toMatch(/data-malformed: Message 1 .* generation/);
  });
});

describe('a hostile template ends at once with an error', () => {
  it.each([
    ['a long loop', '{% for i in range(10**9) %}x{% endfor %}'],
    ['loops in loops', `{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}`],
    [
      'a list looped over again and again',
      '{% set a = range(9999) %}{% for i in a %}{% for j in a %}{% endfor %}{% endfor %}',
    ],
    [
      'a text that doubles',
      "{% set n = namespace(a='x') %}{% for i in range(99) %}{% set n.a = n.a ~ n.a %}{% endfor %}{{ n.a }}",
    ],
    [
      'a list that doubles',
      '{% set n = namespace(a=[1]) %}{% for i in range(99) %}{% set n.a = n.a + n.a %}{% endfor %}{{ n.a }}',
    ],
    ['a macro that calls itself', '{% macro f() %}{{ f() }}{% endmacro %}{{ f() }}'],
    ['a step of nothing', '{% for i in range(0, 9, 0) %}{% endfor %}'],
    ['deep brackets', `{{ ${'('.repeat(50_000)}1${')'.repeat(50_000)} }}`],
    ['a sea of white space', `${' '.repeat(200_000)}{{ 1 }}`],
    ['a huge text', 'x'.repeat(300_000)],
  ])('%s', (_, source) => {
    expect(problem(() => render(source, [user('a')]))).toMatch(/^template-unsupported: /);
  });

  it('and reaches nothing of the process', () => {
    const source =
      "{{ messages.constructor }}{{ ''.constructor }}{{ range.constructor }}{{ process is defined }}{{ globalThis is defined }}";
    expect(problem(() => render(source, [user('a')]))).toMatch(/does not write each of the messages/);
    expect(render(source + simple, [user('a')]).text).toBe('falsefalse<|start|>user\na<|stop|>\n<|start|>assistant\n');
  });
});
