import type { RenderedConversation, RenderedPrompt, RenderedTurn, SupervisedSpan } from '../rendered.js';
import type { Message } from '../types.js';
import { controlPattern, replyFrame } from './frame.js';
import { type ContentRange, type Layout, layOut, lost } from './layout.js';
import { marksGeneration, unsupported } from './render.js';
import { skeletonOf } from './skeleton.js';
import type { ChatTemplate } from './template.js';

/** Messages as a prompt that the model answers. */
export function renderChatPrompt(messages: readonly Message[], template: ChatTemplate): RenderedPrompt {
  const { text, controls } = layOut(template, messages, 'the prompt', true);
  return { text, controls, isComplete: true };
}

/** A conversation as the text to learn from. */
export function renderChatConversation(
  messages: readonly Message[],
  template: ChatTemplate,
  subject: string,
  isUnfinished: boolean,
): RenderedConversation {
  const layout = layOut(template, messages, subject, false);
  const replies = messages.flatMap(({ role }, index) => (role === 'assistant' ? [index] : []));
  const spans = replies.map((index): SupervisedSpan => {
    const { start: contentStart, end: contentEnd } = layout.contents[index]!;
    const learned = learnedRange(template, messages, layout, index, subject);
    const isCut = isUnfinished && index === messages.length - 1;
    return { start: learned.start, end: isCut ? contentEnd : learned.end, contentStart, contentEnd };
  });
  const length = isUnfinished ? layout.contents.at(-1)!.end : layout.text.length;
  return {
    text: layout.text.slice(0, length),
    controls: layout.controls.filter((at) => at < length),
    turns: tile(template, messages, layout, length),
    spans,
    isComplete: true,
  };
}

/**
 * Makes sure that replies can be told from the rest, before anything is trained.
 *
 * @throws VicunaError `template-unsupported` saying why they cannot.
 */
export function assertSupervisable(template: ChatTemplate): void {
  skeletonOf(template, ['user', 'assistant', 'user', 'assistant'], false, 'A conversation of two rounds');
  if (!marksGeneration(template)) endOf(template);
}

function endOf(template: ChatTemplate): string {
  const { end } = replyFrame(template);
  if (end !== undefined) return end;
  throw unsupported(
    template,
    'it writes no special token behind the last reply, so that a model could not learn where to stop; mark what is learned with {% generation %}',
  );
}

function learnedRange(
  template: ChatTemplate,
  messages: readonly Message[],
  { text, contents, generated }: Layout,
  index: number,
  subject: string,
): ContentRange {
  const content = contents[index]!;
  if (generated !== undefined) {
    const block = generated.find(({ start, end }) => start <= content.start && content.end <= end);
    if (block !== undefined) return block;
    throw lost(template, messages, index, subject, 'it stands in none of its {% generation %} blocks');
  }
  const before = index === 0 ? 0 : contents[index - 1]!.end;
  const header = text.slice(before, content.start);
  const { prompt } = replyFrame(template);
  // Some prompts begin the reply, with `<think>` for instance, which the template leaves out of a reply that is there.
  if (!header.startsWith(prompt) && !prompt.startsWith(header))
    throw lost(template, messages, index, subject, 'the text before it is not that of a prompt');
  const end = endOf(template);
  if (!text.startsWith(end, content.end))
    throw lost(template, messages, index, subject, `it is not ended with ${JSON.stringify(end)} like a last reply`);
  return {
    start: header.startsWith(prompt) ? before + prompt.length : content.start,
    end: content.end + end.length,
  };
}

/** A message's turn ends with the first special token behind it, where the template writes one. */
function tile(template: ChatTemplate, messages: readonly Message[], layout: Layout, length: number): RenderedTurn[] {
  const { text, contents } = layout;
  let start = 0;
  return messages.map(({ role }, index) => {
    const { end } = contents[index]!;
    const gap = text.slice(end, contents[index + 1]?.start);
    const token = controlPattern(template).exec(gap);
    const stop = index === messages.length - 1 ? length : end + (token === null ? 0 : token.index + token[0].length);
    const turn = { role, start, end: stop };
    start = stop;
    return turn;
  });
}
