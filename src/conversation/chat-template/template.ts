import * as z from 'zod';

/** A value that JSON holds. @public */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/**
 * A model's own chat template, in Jinja, as plain data. `VicunaModel.load` makes one of what it finds beside the weights;
 * {@link chatTemplate} makes one of a text.
 *
 * The text is interpreted with bounds on work and size, and reaches nothing but the messages and the variables, so that
 * the template of an untrusted model can be used.
 *
 * @public
 */
export interface ChatTemplate {
  /** Names it in messages: the file it came from. */
  readonly name: string;
  /** The template itself, in Jinja. */
  readonly source: string;
  /** What the template sees besides the messages: `bos_token`, `eos_token`, and switches such as `enable_thinking`. */
  readonly variables: Readonly<Record<string, JsonValue>>;
  /**
   * The day that a template with `strftime_now` writes, as `2026-11-30`. Without one the function does not exist, as in
   * older releases of transformers, so that a text never depends on when it was made.
   */
  readonly date?: string | undefined;
  /** Strings that end a reply during generation, besides its end token. */
  readonly stop: readonly string[];
  /** The tokenizer's special tokens. Where the template writes one it is that token; in a message it stays text. */
  readonly controlTokens: readonly string[];
}

/** What {@link chatTemplate} needs of a tokenizer. @public */
export interface TemplateTokens {
  /** What `bos_token` stands for; nothing where there is none. */
  readonly beginToken: { readonly text: string } | undefined;
  /** What `eos_token` stands for. */
  readonly endToken: { readonly text: string };
  /** Special tokens and their ids: found in what the template writes, they are tokens. */
  readonly specialTokens: ReadonlyMap<string, number>;
}

/** What a chat template is told besides its text. @public */
export interface ChatTemplateOptions {
  /** Names the template in messages. @defaultValue `'chat template'` */
  readonly name?: string | undefined;
  /** Added to `bos_token` and `eos_token`. */
  readonly variables?: Readonly<Record<string, JsonValue>> | undefined;
  /** The day that `strftime_now` writes, as `2026-11-30`. @defaultValue none: see {@link ChatTemplate} */
  readonly date?: string | undefined;
  /** Strings that end a reply. @defaultValue none: replies end with the token that the template writes behind them, and the model's end tokens */
  readonly stop?: readonly string[] | undefined;
}

/**
 * Makes a prompt template of a Jinja chat template, the way transformers' `apply_chat_template` reads it.
 *
 * What is learned of a reply is found by structure, never guessed: `{% generation %}` blocks where the template has them;
 * else what stands behind the prompt that generation would begin with, up to and with the first special token behind the
 * reply. A template for which neither holds is refused when it is first trained with, but may still chat.
 *
 * @example
 * ```ts
 * const template = chatTemplate(await readFile('chat_template.jinja', 'utf8'), tokenizer);
 * ```
 *
 * @public
 */
export function chatTemplate(
  source: string,
  { beginToken, endToken, specialTokens }: TemplateTokens,
  { name = 'chat template', variables = {}, date, stop = [] }: ChatTemplateOptions = {},
): ChatTemplate {
  return {
    name,
    source,
    variables: { ...(beginToken && { bos_token: beginToken.text }), eos_token: endToken.text, ...variables },
    ...(date !== undefined && { date }),
    stop,
    controlTokens: [...specialTokens.keys()],
  };
}

/** @internal */
export const dateSchema: z.ZodType<string, string> = z.iso.date('is no date such as 2026-11-30');

/** @internal */
export const templateVariablesSchema: z.ZodType<
  Readonly<Record<string, JsonValue>>,
  Readonly<Record<string, JsonValue>>
> = z.record(z.string(), z.json() as z.ZodType<JsonValue, JsonValue>);

/** @internal */
export const chatTemplateSchema: z.ZodType<ChatTemplate, ChatTemplate> = z.strictObject({
  name: z.string().min(1),
  source: z.string().min(1),
  variables: templateVariablesSchema,
  date: dateSchema.optional(),
  stop: z.array(z.string().min(1)),
  controlTokens: z.array(z.string().min(1)),
});
