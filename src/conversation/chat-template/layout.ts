import { VicunaError } from '../../core/index.js';
import type { Message } from '../types.js';
import { controlPattern, replyFrame } from './frame.js';
import { chooseMarks, type Marks, mark, type ReadMarks, readMarks } from './marks.js';
import { GENERATION_END, GENERATION_START, marksGeneration, renderText } from './render.js';
import { type Skeleton, skeletonOf } from './skeleton.js';
import type { ChatTemplate } from './template.js';

/** Where a message's own text stands, as UTF-16 offsets. */
export interface ContentRange {
  readonly start: number;
  readonly end: number;
}

/** A rendered text and where everything in it came from. */
export interface Layout {
  readonly text: string;
  readonly controls: readonly number[];
  /** One a message. */
  readonly contents: readonly ContentRange[];
  /** What `{% generation %}` blocks wrote, where the template has them. */
  readonly generated: readonly ContentRange[] | undefined;
}

/**
 * Renders messages and finds each in the text. They are rendered twice: as they are, and with marks around their text,
 * inside of its outer white space, so that a template that trims does it as without. But for the marks both must be the
 * same text, which proves that the marks changed nothing.
 *
 * @throws VicunaError `data-malformed` naming the message that cannot be found, or `template-unsupported`.
 */
export function layOut(
  template: ChatTemplate,
  messages: readonly Message[],
  subject: string,
  addGenerationPrompt: boolean,
): Layout {
  const text = renderText(template, messages, subject, { addGenerationPrompt });
  const contents = messages.map(({ content }) => content);
  const marks = chooseMarks([template.source, JSON.stringify(template.variables), ...contents]);
  const asGenerated = marksGeneration(template) && !addGenerationPrompt;
  const render = (marked: readonly Message[]) =>
    readMarks(renderText(template, marked, subject, { addGenerationPrompt, ...(asGenerated && { marks }) }), marks);
  const read = [false, true]
    .map((dropBlank) => render(messages.map((message, index) => markMessage(message, index, marks, dropBlank))))
    .find((candidate) => candidate.text === text);
  if (read === undefined) {
    const changed = messages.findIndex((message, index) => {
      const marked = messages.with(index, markMessage(message, index, marks, false));
      return render(marked).text !== text;
    });
    throw lost(
      template,
      messages,
      Math.max(changed, 0),
      subject,
      'what it writes depends on the beginning or end of that text',
    );
  }
  const skeleton = skeletonOf(
    template,
    messages.map(({ role }) => role),
    addGenerationPrompt,
    subject,
  );
  const found = findContents(template, messages, subject, { text, read, skeleton });
  return {
    text,
    contents: found,
    controls: findControls(template, text, found),
    generated: asGenerated ? findGenerated(read) : undefined,
  };
}

function markMessage({ role, content }: Message, index: number, marks: Marks, dropBlank: boolean): Message {
  const { lead, core, trail } = splitSpace(content);
  const marked = mark(marks, 2 * index) + core + mark(marks, 2 * index + 1);
  return { role, content: core === '' && dropBlank ? marked : lead + marked + trail };
}

/** A text's outer white space and what is between; of nothing but white space, all of it is `lead`. */
function splitSpace(content: string): { lead: string; core: string; trail: string } {
  const core = content.trim();
  if (core === '') return { lead: content, core, trail: '' };
  const start = content.indexOf(core);
  return { lead: content.slice(0, start), core, trail: content.slice(start + core.length) };
}

interface Rendering {
  readonly text: string;
  readonly read: ReadMarks;
  readonly skeleton: Skeleton;
}

function findContents(
  template: ChatTemplate,
  messages: readonly Message[],
  subject: string,
  { text, read, skeleton: { gaps } }: Rendering,
): ContentRange[] {
  const ranges: { start: number; end: number }[] = [];
  const spaces = messages.map(({ content }) => splitSpace(content));
  let markEnd = 0;
  for (const [index, { role }] of messages.entries()) {
    const trail = spaces[index - 1]?.trail ?? '';
    const previous = ranges.at(-1);
    const end = read.places.get(2 * index + 1);
    if (end === undefined || end < markEnd)
      throw lost(template, messages, index, subject, 'the template leaves it out');
    let start = read.places.get(2 * index);
    if (start !== undefined && start >= markEnd && start <= end) {
      const kept = keptSpace(text.slice(markEnd, start), gaps[index]!, trail, spaces[index]!.lead);
      if (previous !== undefined && kept?.trail) previous.end = markEnd + trail.length;
      if (kept?.lead) start -= spaces[index]!.lead.length;
    } else {
      // Its beginning was dropped, as reasoning models' templates do with the thinking of earlier replies.
      const header =
        role === 'assistant' ? headerAt(text, markEnd, [replyFrame(template).prompt, gaps[index]!]) : undefined;
      if (header === undefined) throw lost(template, messages, index, subject, 'the template drops its beginning');
      start = markEnd + header.length;
    }
    ranges.push({ start, end });
    markEnd = end;
  }
  const last = ranges.at(-1);
  const { trail = '' } = spaces.at(-1) ?? {};
  if (last !== undefined && text.slice(markEnd) === trail + gaps.at(-1)!) last.end = markEnd + trail.length;
  return ranges;
}

/** Which of the white space around a gap the template kept: what stands between two marks, against what it writes there. */
function keptSpace(
  between: string,
  gap: string,
  trail: string,
  lead: string,
): { readonly trail: boolean; readonly lead: boolean } | undefined {
  return [
    { trail: true, lead: true },
    { trail: false, lead: false },
    { trail: false, lead: true },
    { trail: true, lead: false },
  ].find((kept) => (kept.trail ? trail : '') + gap + (kept.lead ? lead : '') === between);
}

function headerAt(text: string, at: number, candidates: readonly string[]): string | undefined {
  return candidates.find((header) => text.startsWith(header, at));
}

/** Special tokens where the template wrote them, and nowhere else. */
function findControls(template: ChatTemplate, text: string, contents: readonly ContentRange[]): number[] {
  const pattern = new RegExp(controlPattern(template), 'g');
  const controls: number[] = [];
  let at = 0;
  for (const { start, end } of [...contents, { start: text.length, end: text.length }]) {
    for (const { index } of text.slice(at, start).matchAll(pattern)) controls.push(at + index);
    at = end;
  }
  return controls;
}

function findGenerated({ all }: ReadMarks): ContentRange[] {
  const starts = all.filter(({ place }) => place === GENERATION_START);
  const ends = all.filter(({ place }) => place === GENERATION_END);
  return starts.map(({ at }, index) => ({ start: at, end: ends[index]?.at ?? at }));
}

/** @param problem - ends a sentence that names the message. */
export function lost(
  { name }: ChatTemplate,
  messages: readonly Message[],
  index: number,
  subject: string,
  problem: string,
): VicunaError {
  return new VicunaError(
    'data-malformed',
    `Message ${index} (${messages[index]?.role}) of ${subject} cannot be told from the text that ${name} writes around it: ${problem}.`,
  );
}
