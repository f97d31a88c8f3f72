import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  type ChatTemplate,
  type ChatTemplateOptions,
  chatTemplate,
  type Message,
} from '../../src/conversation/index.js';
import { loadTokenizer, type Tokenizer } from '../../src/tokenizer/index.js';
import { projectDirectory } from './shared-data.js';

/** Templates of our own, with the constructs of published ones; what transformers makes of them is in `goldens.json`. */
export const templatesDirectory = join(projectDirectory, 'test/fixtures/chat-templates');

const json = (name: string) => JSON.parse(readFileSync(join(templatesDirectory, name), 'utf8'));

export interface TemplateGolden {
  readonly text?: string;
  readonly error?: string;
  /** Token ids, and a digit for each: 1 where it is learned. */
  readonly ids?: readonly number[];
  readonly mask?: string;
}

export const templateGoldens: Readonly<Record<string, Readonly<Record<string, TemplateGolden>>>> = json('goldens.json');
export const templateConversations: Readonly<Record<string, readonly Message[]>> = json('conversations.json');

/** A byte-level tokenizer with the special tokens of the templates; it puts `<s>` in front of plain texts. */
export function templateTokenizer(): Promise<Tokenizer> {
  return loadTokenizer(join(templatesDirectory, 'tokenizer.json'));
}

/** Texts of the templates, by name. `[[` and `]]`, around what the assistant writes, are left out or become blocks. */
export function templateSources(withBlocks = false): Map<string, string> {
  const [begin, end] = withBlocks ? ['{% generation %}', '{% endgeneration %}'] : ['', ''];
  const names = readdirSync(templatesDirectory).filter((name) => name.endsWith('.jinja'));
  return new Map(
    names.map((name) => {
      const source = readFileSync(join(templatesDirectory, name), 'utf8');
      return [name.replace('.jinja', ''), source.replaceAll('[[', begin).replaceAll(']]', end)];
    }),
  );
}

/** A chat template for that tokenizer. */
export function templateOf(source: string, tokenizer: Tokenizer, options: ChatTemplateOptions = {}): ChatTemplate {
  return chatTemplate(source, tokenizer, { name: 'test.jinja', ...options });
}
