import { VicunaError } from '../../core/index.js';
import type { Message } from '../types.js';
import { interpret, type Program, parseTemplate, Refused, TooMuchWork } from './interpreter.js';
import { type Marks, mark } from './marks.js';
import { formatDay } from './strftime.js';
import type { ChatTemplate } from './template.js';

// A real template takes some hundred steps a message, and reads each message some ten times.
const BASE_WORK = 2_000_000;
const WORK_A_MESSAGE = 10_000;
const WORK_A_CHARACTER = 16;

/** Places of marks before and behind what a `{% generation %}` block writes. Those of messages are not negative. */
export const GENERATION_START = 1_000_000_000;
export const GENERATION_END = GENERATION_START + 1;

const generationTag = /\{%([-+]?)\s*(end)?generation\s*([-+]?)%\}/g;

/** Whether the template itself says what the assistant writes. */
export function marksGeneration({ source }: ChatTemplate): boolean {
  return source.match(generationTag) !== null;
}

const programs = new WeakMap<ChatTemplate, Program>();

/** @throws VicunaError `template-unsupported` where the text is no template that can be interpreted. */
function programOf(template: ChatTemplate): Program {
  let program = programs.get(template);
  if (program === undefined) {
    // The library drops these tags. A statement that writes nothing unless asked keeps the white space as they do.
    const source = template.source.replace(
      generationTag,
      (_tag, left: string, end: string | undefined, right: string) =>
        `{%${left} if generation_marks is defined %}{{ generation_marks.${end ?? 'begin'} }}{% endif ${right}%}`,
    );
    try {
      program = parseTemplate(source);
    } catch (cause) {
      throw unsupported(template, `it cannot be read (${messageOf(cause)})`, cause);
    }
    programs.set(template, program);
  }
  return program;
}

export interface RenderOptions {
  /** Whether the text ends with what the assistant's reply follows. */
  readonly addGenerationPrompt: boolean;
  /** Marks what `{% generation %}` blocks write. */
  readonly marks?: Marks;
}

/**
 * Writes messages as the template has it: the text of transformers' `apply_chat_template`.
 *
 * @param subject - whose messages they are, for errors.
 * @throws VicunaError `data-malformed` where the template refuses the messages, `template-unsupported` where it cannot be
 * interpreted.
 */
export function renderText(
  template: ChatTemplate,
  messages: readonly Message[],
  subject: string,
  { addGenerationPrompt, marks }: RenderOptions,
): string {
  const { date, variables, name } = template;
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
  const budget = BASE_WORK + WORK_A_MESSAGE * messages.length + WORK_A_CHARACTER * characters;
  const program = programOf(template);
  try {
    return interpret(
      program,
      {
        ...variables,
        messages: messages.map(({ role, content }) => ({ role, content })),
        add_generation_prompt: addGenerationPrompt,
        ...(date !== undefined && { strftime_now: (format: unknown) => formatDay(date, String(format)) }),
        ...(marks && { generation_marks: { begin: mark(marks, GENERATION_START), end: mark(marks, GENERATION_END) } }),
      },
      budget,
    );
  } catch (cause) {
    if (cause instanceof Refused)
      throw new VicunaError('data-malformed', `${subject} is refused by ${name}: ${cause.message}`, { cause });
    if (date === undefined && /strftime_now/.test(template.source) && !(cause instanceof TooMuchWork))
      throw unsupported(template, `it fails (${messageOf(cause)}); it asks for the day: give one as its date`, cause);
    throw unsupported(template, messageOf(cause), cause);
  }
}

/** @param problem - what is wrong with it. */
export function unsupported({ name }: ChatTemplate, problem: string, cause?: unknown): VicunaError {
  return new VicunaError(
    'template-unsupported',
    `The chat template ${name} cannot be used: ${problem}. Pass another as the template option, such as 'vicuna_v1.1' or one of your own.`,
    { cause },
  );
}

function messageOf(cause: unknown): string {
  if (cause instanceof RangeError) return 'it nests too deeply or writes too much';
  return cause instanceof Error ? cause.message : String(cause);
}
