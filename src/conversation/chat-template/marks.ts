/**
 * Characters that stand nowhere in some texts, and with which places in them are marked: `open number close`.
 */
export interface Marks {
  readonly open: string;
  readonly close: string;
}

/** Private-use characters that no text has. */
export function chooseMarks(texts: readonly string[]): Marks {
  const free: string[] = [];
  for (let code = 0xe000; free.length < 2; code++) {
    const character = String.fromCharCode(code);
    if (!texts.some((text) => text.includes(character))) free.push(character);
  }
  return { open: free[0]!, close: free[1]! };
}

export function mark({ open, close }: Marks, place: number): string {
  return `${open}${place}${close}`;
}

/** A marked text without its marks, and where each stood. */
export interface ReadMarks {
  readonly text: string;
  readonly places: ReadonlyMap<number, number>;
  /** In the order of the text; a template may write a text twice. */
  readonly all: readonly { readonly place: number; readonly at: number }[];
}

export function readMarks(marked: string, { open, close }: Marks): ReadMarks {
  let text = '';
  let done = 0;
  const all: { place: number; at: number }[] = [];
  for (const found of marked.matchAll(new RegExp(`${open}(\\d+)${close}`, 'g'))) {
    text += marked.slice(done, found.index);
    all.push({ place: Number(found[1]), at: text.length });
    done = found.index + found[0].length;
  }
  text += marked.slice(done);
  return { text, all, places: new Map(all.map(({ place, at }) => [place, at])) };
}
