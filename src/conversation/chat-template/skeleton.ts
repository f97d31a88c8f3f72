import type { Message, Role } from '../types.js';
import { chooseMarks, mark, readMarks } from './marks.js';
import { renderText, unsupported } from './render.js';
import type { ChatTemplate } from './template.js';

/** What a template writes around messages of given roles: before each, and behind the last. */
export interface Skeleton {
  readonly gaps: readonly string[];
}

const PLACEHOLDER = 'x';
const MOST_KEPT = 64;
const kept = new WeakMap<ChatTemplate, Map<string, Skeleton>>();

/**
 * The template's own text around messages, found by rendering placeholders in their stead.
 *
 * @throws VicunaError `template-unsupported` where it leaves messages out, repeats them or changes their order;
 * `data-malformed` where it refuses these roles.
 */
export function skeletonOf(
  template: ChatTemplate,
  roles: readonly Role[],
  addGenerationPrompt: boolean,
  subject: string,
): Skeleton {
  const known = kept.get(template) ?? new Map<string, Skeleton>();
  kept.set(template, known);
  const key = `${addGenerationPrompt} ${roles.join(' ')}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  const skeleton = makeSkeleton(template, roles, addGenerationPrompt, subject);
  if (known.size >= MOST_KEPT) known.clear();
  known.set(key, skeleton);
  return skeleton;
}

function makeSkeleton(
  template: ChatTemplate,
  roles: readonly Role[],
  addGenerationPrompt: boolean,
  subject: string,
): Skeleton {
  const marks = chooseMarks([template.source, JSON.stringify(template.variables)]);
  const messages = roles.map(
    (role, index): Message => ({
      role,
      content: mark(marks, 2 * index) + PLACEHOLDER + mark(marks, 2 * index + 1),
    }),
  );
  const { text, all } = readMarks(renderText(template, messages, subject, { addGenerationPrompt }), marks);
  if (all.length !== 2 * roles.length || all.some(({ place }, index) => place !== index))
    throw unsupported(template, `it does not write each of the messages (${roles.join(', ')}) once and in their order`);
  const ends = [0, ...all.filter(({ place }) => place % 2 === 1).map(({ at }) => at)];
  const starts = [...all.filter(({ place }) => place % 2 === 0).map(({ at }) => at), text.length];
  return { gaps: starts.map((start, index) => text.slice(ends[index]!, start)) };
}
