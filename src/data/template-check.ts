import { assertSupervisable, isChatTemplate, type PromptTemplate } from '../conversation/index.js';
import { ConfigError } from '../core/index.js';
import type { Tokenizer } from '../tokenizer/index.js';

/**
 * Makes sure, before anything is trained on `</s>` spelled out in letters, that the template's control tokens are special
 * tokens of the tokenizer.
 *
 * @throws ConfigError naming the token and what to do; VicunaError `template-unsupported` where a chat template does not let
 * replies be told from the rest.
 */
export function assertTemplateFits(template: PromptTemplate, tokenizer: Tokenizer): void {
  const missing = template.controlTokens.filter((token) => !tokenizer.specialTokens.has(token));
  if (missing.length === 0) {
    if (isChatTemplate(template)) assertSupervisable(template);
    return;
  }
  const end = JSON.stringify(tokenizer.endToken.text);
  throw new ConfigError(
    `Template ${template.name}`,
    missing.map((token) => ({
      path: 'template',
      message: `${JSON.stringify(token)} is not a special token of this tokenizer, which ends texts with ${end}; use withEndToken(template, tokenizer.endToken.text) or a template made for it`,
    })),
  );
}
