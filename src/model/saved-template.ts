import * as z from 'zod';
import {
  type ChatTemplate,
  chatTemplate,
  dateSchema,
  isChatTemplate,
  type JsonValue,
  type PromptTemplate,
  type TemplateTokens,
  templateChoiceSchema,
  templateVariablesSchema,
  vicunaV0,
  vicunaV1_1,
} from '../conversation/index.js';

/** How a model's own chat template is used. @public */
export interface ChatTemplateChoice {
  /** Which one, of a model that has several. @defaultValue `'default'` */
  readonly name?: string | undefined;
  /** What the template sees besides the messages, such as `{ enable_thinking: false }`. Saved with the model. */
  readonly variables?: Readonly<Record<string, JsonValue>> | undefined;
  /** The day, as `2026-11-30`, for a template that writes it. Saved with the model. @defaultValue none */
  readonly date?: string | undefined;
}

/** @internal */
export const chatTemplateChoiceSchema: z.ZodType<ChatTemplateChoice, ChatTemplateChoice> = z.strictObject({
  name: z.string().min(1).optional(),
  variables: templateVariablesSchema.optional(),
  date: dateSchema.optional(),
});

/** A chat template as a file holds it, before there is a tokenizer to read its special tokens. */
export interface FoundTemplate {
  /** Names it in messages. */
  readonly name: string;
  readonly source: string;
  /** Special tokens by the names that templates know them by, besides those of the tokenizer itself. */
  readonly tokens: Readonly<Record<string, string>>;
}

/** What a model says of its template: one of ours, or how its own is used. */
export type SavedTemplate =
  | { readonly template: PromptTemplate }
  | { readonly chatTemplate: Pick<ChatTemplateChoice, 'variables' | 'date'> };

const savedSchema: z.ZodType<SavedTemplate> = z.union([
  z.strictObject({ template: templateChoiceSchema }),
  z.strictObject({ chatTemplate: chatTemplateChoiceSchema }),
]);

/** What is kept of a template. Ours are named, so that a later release's correction of one is used. */
export function describeTemplate(
  template: PromptTemplate,
  tokens: TemplateTokens | undefined,
): Record<string, unknown> {
  if (isChatTemplate(template)) {
    const { variables, date } = template;
    const given = { bos_token: tokens?.beginToken?.text, eos_token: tokens?.endToken.text };
    const own = Object.entries(variables).filter(([name, value]) => value !== given[name as keyof typeof given]);
    return { chatTemplate: { ...(own.length > 0 && { variables: Object.fromEntries(own) }), ...(date && { date }) } };
  }
  const isNamed = [vicunaV1_1, vicunaV0].some((known) => JSON.stringify(known) === JSON.stringify(template));
  return { template: isNamed ? template.name : template };
}

/** @returns `undefined` where it is nothing that {@link describeTemplate} makes. */
export function parseSavedTemplate(own: unknown): SavedTemplate | undefined {
  const parsed = savedSchema.safeParse(own);
  return parsed.success ? parsed.data : undefined;
}

/** The chat template that was found, for the tokenizer it is used with. */
export function useFound(
  { name, source, tokens }: FoundTemplate,
  tokenizer: TemplateTokens,
  { variables, date }: ChatTemplateChoice,
): ChatTemplate {
  return chatTemplate(source, tokenizer, { name, variables: { ...tokens, ...variables }, date });
}
