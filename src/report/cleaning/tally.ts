import type { Conversation } from '../../conversation/index.js';

/** Ends of the ranges that conversations are counted in: by their turns, and by their characters. */
const turnEnds = [2, 4, 6, 10, 20, 40] as const;
const characterEnds = [500, 2_000, 5_000, 10_000, 30_000] as const;

export interface Range {
  readonly label: string;
  count: number;
}

/** What conversations are like, counted one by one. */
export class ConversationTally {
  readonly turns = ranges(turnEnds);
  readonly characters = ranges(characterEnds);
  readonly languages = new Map<string, number>();
  count = 0;

  add({ messages, metadata }: Conversation): void {
    this.count++;
    rangeOf(this.turns, turnEnds, messages.length).count++;
    const characters = messages.reduce((sum, { content }) => sum + content.length, 0);
    rangeOf(this.characters, characterEnds, characters).count++;
    const language = metadata?.language;
    if (typeof language === 'string' && language !== '')
      this.languages.set(language, (this.languages.get(language) ?? 0) + 1);
  }
}

function ranges(ends: readonly number[]): Range[] {
  const number = (value: number) => value.toLocaleString('en');
  const labels = ends.map((end, index) =>
    index === 0 ? `up to ${number(end)}` : `${number(ends[index - 1]! + 1)} to ${number(end)}`,
  );
  return [...labels, `over ${number(ends.at(-1)!)}`].map((label) => ({ label, count: 0 }));
}

function rangeOf(list: readonly Range[], ends: readonly number[], value: number): Range {
  const index = ends.findIndex((end) => value <= end);
  return list[index === -1 ? ends.length : index]!;
}
