import type { PromptTemplate } from '../conversation/index.js';
import { ConfigError } from '../core/index.js';
import type { Tokenizer } from '../tokenizer/index.js';

/**
 * Makes sure that the template's control tokens are special tokens of the tokenizer and are found inside a text, once,
 * before anything is trained on `</s>` spelled out in letters.
 *
 * @throws ConfigError naming the token and what to do.
 */
export async function assertTemplateFits(template: PromptTemplate, tokenizer: Tokenizer): Promise<void> {
  const problems = await Promise.all(template.controlTokens.map((token) => problemWith(token, template, tokenizer)));
  const issues = problems.filter((message) => message !== undefined).map((message) => ({ path: 'template', message }));
  if (issues.length > 0) throw new ConfigError(`Template ${template.name}`, issues);
}

async function problemWith(token: string, template: PromptTemplate, tokenizer: Tokenizer): Promise<string | undefined> {
  const id = tokenizer.specialTokens.get(token);
  const shown = JSON.stringify(token);
  if (id === undefined)
    return `${shown} is not a special token of this tokenizer, which ends texts with ${JSON.stringify(tokenizer.endToken.text)}; use withEndToken(template, tokenizer.endToken.text) or a template made for it`;
  const { ids } = await tokenizer.encode({ text: `a${token}b`, controls: [1] });
  if (ids.includes(id)) return undefined;
  return `the tokenizer does not recognise its own special token ${shown} inside a text (its tokenizer.json has "normalized": true for it); set that to false to use template ${template.name}`;
}
