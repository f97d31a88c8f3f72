import { type FramedTemplate, isChatTemplate, type PromptTemplate } from '../conversation/index.js';

/**
 * A template as the Jinja that model directories and GGUF files carry for other software: `messages`, `bos_token` and
 * `add_generation_prompt` go in, a text comes out.
 *
 * A template knows no difference between a special token and the same letters in a message: software that renders it
 * lets a user type `</s>`. {@link renderPrompt} does not.
 */
export function jinjaTemplate(template: PromptTemplate): string {
  return isChatTemplate(template) ? template.source : jinjaOfFrames(template);
}

function jinjaOfFrames({ systemMessage, system, user, assistant }: FramedTemplate): string {
  const framed = (prefix: string, suffix: string) => join(literal(prefix), "message['content']", literal(suffix));
  const reply = framed(assistant.prefix + assistant.lead, assistant.end + assistant.suffix);
  return [
    '{{ bos_token }}',
    "{% if messages[0]['role'] == 'system' %}",
    `{{ ${join(literal(system.prefix), "messages[0]['content']", literal(system.suffix))} }}`,
    '{% else %}',
    `{{ ${literal(system.prefix + systemMessage + system.suffix) || '""'} }}`,
    '{% endif %}',
    '{% for message in messages %}',
    "{% if message['role'] == 'user' %}",
    `{{ ${framed(user.prefix, user.suffix)} }}`,
    "{% elif message['role'] == 'assistant' %}",
    `{{ ${reply} }}`,
    '{% endif %}{% endfor %}',
    `{% if add_generation_prompt %}{{ ${literal(assistant.prefix)} }}{% endif %}`,
  ].join('');
}

/** Jinja reads the escapes of JSON. */
function literal(text: string): string {
  return text === '' ? '' : JSON.stringify(text);
}

function join(...parts: readonly string[]): string {
  return parts.filter((part) => part !== '').join(' + ');
}
