import type { Message, ResponseFormat } from '../../conversation/index.js';
import type { Answer, JudgeMode, Question } from '../types.js';
import { Fence } from './fence.js';
import { formatText, responseFormatOf } from './formats.js';
import type { JudgeSlots, JudgeTemplate, JudgeTemplateKind } from './types.js';

/** What a judge is sent. */
export interface JudgePrompt {
  readonly messages: readonly Message[];
  readonly responseFormat: ResponseFormat;
  /** How the reply has to be written, also for who has to say it again. */
  readonly format: string;
}

/** What a prompt is made of. */
export interface PromptParts {
  readonly mode: JudgeMode;
  readonly kind: JudgeTemplateKind;
  readonly template: JudgeTemplate;
  readonly question: Question;
  /** Two in the order in which they are shown, or one. */
  readonly answers: readonly Answer[];
  readonly showReference: boolean;
  /** Whether the judge can be held to a JSON schema. */
  readonly structured: boolean;
}

const assistants: Readonly<Record<JudgeMode, readonly string[]>> = {
  scores: ['answer of Assistant 1', 'answer of Assistant 2'],
  verdict: ['answer of Assistant A', 'answer of Assistant B'],
  single: ['answer'],
};

/** Puts a prompt together; the same parts give the same text. */
export function renderPrompt(parts: PromptParts): JudgePrompt {
  const { mode, kind, template, question, answers } = parts;
  const reference = parts.showReference ? (question.reference ?? []) : [];
  const fence = new Fence([...question.turns, ...reference, ...answers.flatMap(({ turns }) => turns)]);
  const [first = '', second = ''] = answers.map(({ turns }, place) => fence.turns(assistants[mode][place]!, turns));
  const structured = parts.structured && hasSlot(template, 'format');
  const format = formatText(mode, kind, structured);
  const user = renderUser(template, {
    question: fence.turns('question', question.turns),
    reference: reference.length === 0 ? '' : fence.turns('reference', reference),
    first: mode === 'single' ? '' : first,
    second,
    answer: mode === 'single' ? first : '',
    format,
  });
  const system: Message[] = template.system === '' ? [] : [{ role: 'system', content: template.system }];
  return {
    messages: [...system, { role: 'user', content: user }],
    responseFormat: structured ? responseFormatOf(mode) : { type: 'text' },
    format,
  };
}

export function hasSlot({ user }: JudgeTemplate, slot: keyof JudgeSlots): boolean {
  return user.includes(`{${slot}}`);
}

/** Fills the slots in one pass, so that a slot's name in an answer stays text; an empty slot takes its blank line along. */
function renderUser({ user }: JudgeTemplate, slots: JudgeSlots): string {
  return user.replace(
    /\{(question|first|second|answer|reference|format)\}(\n\n)?/g,
    (_, slot: keyof JudgeSlots, gap = '') => (slots[slot] === '' ? '' : slots[slot] + gap),
  );
}
