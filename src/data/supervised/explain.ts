import {
  type Conversation,
  type PromptTemplate,
  type PromptTemplateName,
  type RenderedTurn,
  renderConversation,
} from '../../conversation/index.js';
import { parseConfig } from '../../core/index.js';
import { IGNORED_LABEL } from '../../engine/index.js';
import type { Tokenizer } from '../../tokenizer/index.js';
import { assertTemplateFits } from '../template-check.js';
import { supervisionConfigSchema } from './config.js';
import { labelReplies } from './mask.js';
import { choosePaint, type Paint } from './paint.js';
import { findStretches, type Stretch } from './stretches.js';
import { visibleText } from './visible-text.js';

/** How {@link explainMask} shows a conversation. @public */
export interface ExplainOptions {
  /** Of the model that is to be trained. */
  readonly tokenizer: Tokenizer;
  /** How the conversation is written as one text. @defaultValue `'vicuna_v1.1'` */
  readonly template?: PromptTemplateName | PromptTemplate | undefined;
  /** Tokens past this are shown as cut off. @defaultValue `2048` */
  readonly maxTokens?: number | undefined;
  /** Colours, or else brackets. @defaultValue colours where the terminal has them and `NO_COLOR` is not set */
  readonly color?: boolean | undefined;
}

/**
 * Shows a conversation as the model will read it: what is learned is highlighted, and the tokens of every turn are
 * counted. What is shown comes from the labels themselves. Characters that could drive the terminal are made visible.
 *
 * @returns text to print; nothing is printed.
 * @throws ConfigError where the template does not fit the tokenizer; VicunaError `data-malformed` where the conversation
 * does not fit the template.
 * @public
 */
export async function explainMask(conversation: Conversation, options: ExplainOptions): Promise<string> {
  const { tokenizer, color, ...given } = options;
  const { template, maxTokens } = parseConfig(supervisionConfigSchema, given, 'explainMask options');
  assertTemplateFits(template, tokenizer);
  const { text, controls, turns, spans } = renderConversation(conversation, template);
  const encoding = await tokenizer.encode({ text, controls });
  const labels = labelReplies(encoding, spans).subarray(0, maxTokens);
  const stretches = findStretches(text, encoding, labels);
  const paint = await choosePaint(color);

  const learned = countLearned(labels);
  const cut = encoding.length - labels.length;
  const facts = [
    `${encoding.length} tokens`,
    `${learned} learned (${Math.round((100 * learned) / encoding.length)} %)`,
    ...(cut > 0 ? [`${cut} cut off (limit ${maxTokens})`] : []),
  ];
  const rendered = turns.flatMap((turn) => {
    const [from, to] = [encoding.firstTokenPast(turn.start), encoding.firstTokenPast(turn.end)];
    const learnedHere = countLearned(labels.subarray(from, to));
    const counts = `${to - from} tokens${learnedHere > 0 ? `, ${learnedHere} learned` : ''}`;
    return ['', `${paint.heading(turn.role)} ${paint.note(counts)}`, ...renderTurn(text, turn, stretches, paint)];
  });
  return [
    `${paint.heading(visibleText(conversation.id))} ${paint.note(`${template.name}: ${facts.join(', ')}`)}`,
    ...rendered,
    '',
    `${paint.learned('learned')} ${paint.read('read, not learned')}${cut > 0 ? ` ${paint.cut('cut off')}` : ''}`,
    '',
  ].join('\n');
}

function renderTurn(text: string, turn: RenderedTurn, stretches: readonly Stretch[], paint: Paint): string[] {
  const lines = [''];
  for (const { fate, start, end } of stretches) {
    const piece = text.slice(Math.max(start, turn.start), Math.min(end, turn.end));
    if (end <= turn.start || start >= turn.end) continue;
    // Painted line by line: colours must not run into the margin.
    for (const [index, line] of visibleText(piece).split('\n').entries()) {
      if (index > 0) lines.push('');
      if (line !== '') lines[lines.length - 1] += paint[fate](line);
    }
  }
  return lines.map((line) => `${paint.note('│')} ${line}`);
}

function countLearned(labels: Int32Array): number {
  return labels.reduce((count, label) => (label === IGNORED_LABEL ? count : count + 1), 0);
}
