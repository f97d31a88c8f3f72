const tags = /[\u{E0020}-\u{E007E}]+/gu;
/** England, Scotland and Wales are flags spelled in tag characters: a black flag, and at most six of them. */
const regionFlag = /\u{1F3F4}[\u{E0020}-\u{E007E}]{1,6}\u{E007F}/gu;
const invisible = /[\u00AD\u200B-\u200F\u2060-\u2064\uFEFF\u180E]/g;
/** A single one joins emoji or parts words; so many in a row carry something. */
const invisibleRun = /[\u200B-\u200D\u2060-\u2064\uFEFF]{8,}/;
/** Text that is written backwards whatever its letters are: shown otherwise than it is read. */
const override = /[\u202D\u202E][^\u202C\n]{0,80}/;

/** A text as a model reads it that looks through invisible characters. */
export function withoutHidden(text: string): string {
  return text.replace(invisible, '');
}

/** What a text hides from people; tag characters spell ASCII, and are shown as such. */
export function hiddenText(text: string): string | undefined {
  const spelled = [...text.replace(regionFlag, '').matchAll(tags)].map(([run]) =>
    [...run].map((character) => String.fromCodePoint(character.codePointAt(0)! - 0xe0000)).join(''),
  );
  if (spelled.length > 0) return `tag characters: ${spelled.join(' ').slice(0, 160)}`;
  const run = invisibleRun.exec(text)?.[0];
  if (run !== undefined) return `${run.length} invisible characters in a row`;
  const reversed = override.exec(text)?.[0];
  return reversed === undefined ? undefined : `reversed text: ${reversed.slice(1)}`;
}
