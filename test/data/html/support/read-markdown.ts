import MarkdownIt from 'markdown-it';

const reader = new MarkdownIt({ html: true });
type Token = ReturnType<typeof reader.parse>[number];

/** A character a reader of markdown shows, and the marks around it, sorted. */
export interface ShownCharacter {
  readonly character: string;
  readonly marks: string;
}

/** Blocks of code as a reader of markdown finds them. */
export const readFences = (markdown: string): { info: string; text: string }[] =>
  reader
    .parse(markdown, {})
    .filter((token) => token.type === 'fence' || token.type === 'code_block')
    .map(({ info, content }) => ({ info, text: content }));

/** The kinds of blocks in order: `paragraph`, `bullet_list`, ... without inline content. */
export const readBlocks = (markdown: string): string[] =>
  reader
    .parse(markdown, {})
    .filter(({ type, nesting }) => type !== 'inline' && nesting >= 0)
    .map(({ type }) => type.replace(/_open$/, ''));

/** All characters a reader shows, in order; anything that is not text shows as `<<type>>`. */
export function readCharacters(markdown: string): ShownCharacter[] {
  return reader
    .parse(markdown, {})
    .flatMap((token) =>
      token.type === 'inline' ? readInline(token.children ?? []) : token.content === '' ? [] : [strange(token)],
    );
}

const names: Readonly<Record<string, string>> = { strong: 'strong', em: 'em', s: 'del', link: 'a' };
const strange = (token: Token): ShownCharacter => ({ character: `<<${token.type} ${token.content}>>`, marks: '' });

function readInline(tokens: readonly Token[]): ShownCharacter[] {
  const open: string[] = [];
  return tokens.flatMap((token) => {
    const mark = names[token.type.replace(/_(?:open|close)$/, '')];
    if (mark !== undefined) {
      if (token.nesting > 0) open.push(mark);
      else open.splice(open.lastIndexOf(mark), 1);
      return [];
    }
    if (token.type === 'text') return characters(token.content, open);
    if (token.type === 'code_inline') return characters(token.content, [...open, 'code']);
    if (/break$/.test(token.type)) return [{ character: ' ', marks: '' }];
    return [strange(token)];
  });
}

export const characters = (text: string, marks: readonly string[]): ShownCharacter[] =>
  [...text].map((character) => ({ character, marks: [...new Set(marks)].sort().join() }));
