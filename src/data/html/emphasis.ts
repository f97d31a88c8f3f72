import { firstMisread, type MarkRun } from './delimiter-pairs.js';
import { characterAt, characterBefore, flanks, mayActAs, neighbour } from './flanking.js';
import type { InlineToken, Mark } from './inline-tokens.js';

/** A stretch of a line: text to escape, bare code, finished markdown, or the delimiter that opens or closes a mark. */
export interface Piece {
  readonly kind: 'text' | 'code' | 'atom' | 'open' | 'close';
  readonly value: string;
}

/** A token while marks are being laid. `moved` is text that left the mark: before an opening, after a closing. */
interface Slot {
  kind: Piece['kind'];
  value: string;
  moved: string;
  partner: number;
}

const delimiters: Readonly<Record<Mark, string>> = { strong: '**', emphasis: '*', strike: '~~' };

/**
 * Gives every mark delimiters that a reader of markdown recognises as such.
 *
 * `**Note:**text` does not read as bold, since a closing run between punctuation and a letter closes nothing
 * (CommonMark 6.2). HTML has no such rule, and languages without spaces meet it all the time. There the punctuation moves
 * out of the mark (`**Note**:text`); where that leaves nothing, the mark goes and its text stays.
 */
export function layMarks(tokens: readonly InlineToken[]): readonly Piece[] {
  if (!tokens.some((token) => token.type === 'open')) return tokens.map(toPiece);
  const slots = tokens.map(toSlot);
  pairUp(slots);
  repair(slots);
  const pieces: Piece[] = [];
  const add = (kind: Piece['kind'], value: string) => {
    if (value !== '') pieces.push({ kind, value });
  };
  for (const { kind, value, moved } of slots) {
    if (kind === 'open') add('text', moved);
    add(kind, value);
    if (kind === 'close') add('text', moved);
  }
  return pieces;
}

function toPiece(token: InlineToken): Piece {
  const { type: kind } = token;
  return 'mark' in token ? { kind, value: delimiters[token.mark] } : { kind, value: token.value };
}

function toSlot(token: InlineToken): Slot {
  const { kind, value } = toPiece(token);
  return { kind, value, moved: '', partner: -1 };
}

const isDelimiter = (slot: Slot): boolean => slot.kind === 'open' || slot.kind === 'close';

/** Whether a slot is a delimiter that has not been unwrapped. */
const isLaid = (slot: Slot): boolean => isDelimiter(slot) && slot.value !== '';

function pairUp(slots: readonly Slot[]): void {
  const open: number[] = [];
  slots.forEach((slot, index) => {
    if (slot.kind === 'open') open.push(index);
    if (slot.kind !== 'close') return;
    const opener = open.pop() as number;
    const start = slots[opener] as Slot;
    slot.partner = opener;
    start.partner = index;
    // `***both***` reads as strong inside emphasis; emphasis that fills strong needs the other delimiter.
    const around = slots[opener - 1];
    if (slot.value === '*' && around?.value === '**' && around.kind === 'open' && fills(slots, opener - 1, index)) {
      slot.value = '_';
      start.value = '_';
    }
  });
}

/** Whether the mark opened at `outer` closes right after `innerClose`. */
function fills(slots: readonly Slot[], outer: number, innerClose: number): boolean {
  const next = slots[innerClose + 1];
  if (next?.kind !== 'close' || next.value !== '**') return false;
  let depth = 0;
  for (let index = innerClose; index > outer; index--) {
    const { kind } = slots[index] as Slot;
    if (kind === 'close') depth++;
    else if (kind === 'open') depth--;
  }
  return depth === 0;
}

function repair(slots: readonly Slot[]): void {
  // Two rounds settle what real pages hold; the bound keeps hostile ones linear.
  for (let round = 0; round < 16; round++) {
    const failing = slots.flatMap((slot, index) => (isLaid(slot) && !isRecognised(slots, index) ? [index] : []));
    if (failing.length === 0) {
      const misread = canMisread(slots) ? firstMisread(markRuns(slots)) : undefined;
      if (misread === undefined) return;
      redress(slots, misread);
      continue;
    }
    const inwards = [
      ...failing.filter((index) => slots[index]?.kind === 'open').reverse(),
      ...failing.filter((index) => slots[index]?.kind === 'close'),
    ];
    const moved = inwards.map((index) => movePunctuation(slots, index));
    if (!moved.includes(true)) for (const index of failing) unwrap(slots, index);
  }
  slots.forEach((slot, index) => {
    if (isLaid(slot)) unwrap(slots, index);
  });
}

/** Whether marks touch or nest. Marks that follow each other close before anything else opens. */
function canMisread(slots: readonly Slot[]): boolean {
  let last: Piece['kind'] | undefined;
  return slots.some((slot, index) => {
    if (!isLaid(slot)) return false;
    const touches = index > 0 && isDelimiter(slots[index - 1] as Slot);
    const nests = slot.kind === last;
    last = slot.kind;
    return touches || nests;
  });
}

/** The delimiters as a reader sees them. A mark is known by the slot that opens it. */
function markRuns(slots: readonly Slot[]): readonly MarkRun[] {
  const runs: { character: string; mayOpen: boolean; mayClose: boolean; marks: number[] }[] = [];
  let isOpen = false;
  slots.forEach((slot, index) => {
    const character = slot.value[0];
    if (!isDelimiter(slot) || character === undefined || character === '~') {
      if (slot.value + slot.moved !== '') isOpen = false;
      return;
    }
    if (slot.kind === 'open' && slot.moved !== '') isOpen = false;
    const mark = slot.kind === 'open' ? index : slot.partner;
    const last = runs.at(-1);
    const marks = Array<number>(slot.value.length).fill(mark);
    if (isOpen && last?.character === character) last.marks.push(...marks);
    else {
      const before = edge(slots, index, -1, character);
      const after = edge(slots, index, 1, character);
      runs.push({
        character,
        mayOpen: mayActAs(character, before, after),
        mayClose: mayActAs(character, after, before),
        marks,
      });
    }
    isOpen = !(slot.kind === 'close' && slot.moved !== '');
  });
  return runs;
}

/** Emphasis that reads wrongly with `*` may read rightly with `_`; what cannot be helped goes. */
function redress(slots: readonly Slot[], opener: number): void {
  const start = slots[opener] as Slot;
  const end = slots[start.partner] as Slot;
  const isEmphasis = start.value === '*';
  start.value = '_';
  end.value = '_';
  if (!isEmphasis || !isRecognised(slots, opener) || !isRecognised(slots, start.partner)) unwrap(slots, opener);
}

function isRecognised(slots: readonly Slot[], index: number): boolean {
  const { kind, value } = slots[index] as Slot;
  const delimiter = value[0] as string;
  const before = edge(slots, index, -1, delimiter);
  const after = edge(slots, index, 1, delimiter);
  const [outside, inside] = kind === 'open' ? [before, after] : [after, before];
  if (!flanks(outside, inside)) return false;
  return delimiter !== '_' || !mayActAs('*', inside, outside) || neighbour(outside, false).isPunctuation;
}

/** The character at one side of the run of delimiters that a delimiter is part of. */
function edge(slots: readonly Slot[], from: number, step: 1 | -1, delimiter: string): string | undefined {
  const facing = step === 1 ? 'close' : 'open';
  for (let index = from; index >= 0 && index < slots.length; index += step) {
    const slot = slots[index] as Slot;
    const turned = isDelimiter(slot) && slot.kind !== facing;
    // From inside the line, a delimiter comes before the text that was moved beyond it, or after it.
    const parts = turned ? [slot.moved, slot.value] : [slot.value, slot.moved];
    for (const [order, part] of parts.entries()) {
      if (part === '' || (index === from && turned && order === 0)) continue;
      if (isDelimiter(slot) && part === slot.value && part[0] === delimiter) continue;
      if (slot.kind === 'code') return '`';
      return step === 1 ? characterAt(part, 0) : characterBefore(part, part.length);
    }
  }
  return undefined;
}

const movable = /[\s\p{P}\p{S}]/u;

const brackets = /[\p{Ps}\p{Pe}\p{Pi}\p{Pf}"']/u;

/**
 * Moves punctuation and blanks at a mark's inner edge out of it; where a bracket or quote goes, its partner at the other
 * edge goes with it.
 *
 * @returns whether there was any to move.
 */
function movePunctuation(slots: readonly Slot[], index: number, alone = false): boolean {
  const slot = slots[index] as Slot;
  const step = slot.kind === 'open' ? 1 : -1;
  const inner = slots[index + step] as Slot;
  if (slot.value === '' || index + step === slot.partner) return false;
  const isMark = isDelimiter(inner) && inner.kind === slot.kind;
  if (!isMark && inner.kind !== 'text') return false;
  const text = isMark ? inner.moved : inner.value;
  const length = movableLength(text, step);
  if (length === 0 || (!isMark && length === text.length && index + 2 * step === slot.partner)) return false;
  const cut = step === 1 ? length : text.length - length;
  const [head, tail] = [text.slice(0, cut), text.slice(cut)];
  const rest = step === 1 ? tail : head;
  if (isMark) inner.moved = rest;
  else inner.value = rest;
  slot.moved = step === 1 ? slot.moved + head : tail + slot.moved;
  if (!alone && brackets.test(step === 1 ? head : tail)) {
    const facing = slots[slot.partner - step];
    const other = facing?.kind === 'text' ? (step === 1 ? facing.value.at(-1) : facing.value[0]) : undefined;
    if (other !== undefined && brackets.test(other)) movePunctuation(slots, slot.partner, true);
  }
  return true;
}

function movableLength(text: string, step: 1 | -1): number {
  let length = 0;
  for (;;) {
    const character = step === 1 ? characterAt(text, length) : characterBefore(text, text.length - length);
    if (character === undefined || !movable.test(character)) return length;
    length += character.length;
  }
}

function unwrap(slots: readonly Slot[], index: number): void {
  const slot = slots[index] as Slot;
  slot.value = '';
  (slots[slot.partner] as Slot).value = '';
}
