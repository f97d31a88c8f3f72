import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { htmlToMarkdown } from '../../../src/data/index.js';
import { type Fragment, hasReference, type Rendered, readReference } from './support/reference.js';

const reader = new MarkdownIt({ html: false });
type Token = ReturnType<typeof reader.parse>[number];

const squash = (text: string) => text.replace(/\s+/g, ' ').trim();
const shown = ({ children }: Token) =>
  squash((children ?? []).map(({ type, content }) => (/break$/.test(type) ? ' ' : content)).join(''));
const inline = (tokens: readonly Token[]) => tokens.flatMap(({ children }) => children ?? []);

/** Text after each opening token of a kind. */
const textsOf = (tokens: readonly Token[], kind: RegExp) =>
  tokens.flatMap((token, index) =>
    kind.test(token.type) ? [{ tag: token.tag, text: shown(tokens[index + 1] as Token) }] : [],
  );

/** Depth and kind of every list item, in order. */
function listItems(tokens: readonly Token[]): string[] {
  const open: string[] = [];
  return tokens.flatMap(({ type, tag }) => {
    if (/_list_open$/.test(type)) open.push(tag);
    if (/_list_close$/.test(type)) open.pop();
    return type === 'list_item_open' ? [`${open.length} ${open.at(-1)}`] : [];
  });
}

/** Everything a reader sees, apart from how lists and rules are spelled. */
const structure = (markdown: string): string[] =>
  reader.parse(markdown, {}).flatMap((token) => {
    if (token.type === 'fence' || token.type === 'code_block')
      return [`code ${token.info.trim()} ${token.content.trimEnd()}`];
    if (token.type !== 'inline') return /paragraph/.test(token.type) ? [] : [token.type];
    const parts = (token.children ?? []).map(({ type, content, attrGet }) =>
      type === 'text'
        ? content
        : type === 'softbreak'
          ? ' '
          : `<${type} ${attrGet.call(token, 'href') ?? ''}${content}>`,
    );
    return [squash(parts.join(''))].filter((text) => text !== '');
  });

describe.skipIf(!hasReference)('real pages of 2022 to 2026', () => {
  const fragments = hasReference ? readReference<readonly Fragment[]>('fragments.json') : [];
  const read = fragments.map(({ id, html, truth }) => {
    const markdown = htmlToMarkdown(html);
    return { id, markdown, truth, tokens: reader.parse(markdown, {}) };
  });
  const misses = (find: (page: (typeof read)[number]) => readonly unknown[]) =>
    read.flatMap((page) => find(page).map((miss) => ({ id: page.id, miss })));

  it('keep every block of code verbatim under its language', () => {
    expect(
      misses(({ tokens, truth }) => {
        const fences = tokens
          .filter(({ type }) => type === 'fence')
          .map(({ info, content }) => ({ info, text: content.trimEnd() }));
        return truth.code.filter(
          ({ text, language, no_code_element }) =>
            text.trim() !== '' &&
            no_code_element !== true &&
            !fences.some((fence) => fence.text === text.trimEnd() && (language === null || fence.info === language)),
        );
      }),
    ).toEqual([]);
  });

  it('keep inline code, headings, links and table cells', () => {
    expect(
      misses(({ tokens, truth }) => {
        const codes = inline(tokens)
          .filter(({ type }) => type === 'code_inline')
          .map(({ content }) => squash(content));
        const headings = textsOf(tokens, /^heading_open$/).map(({ tag, text }) => `${tag} ${text}`);
        const links = inline(tokens).map((token) => token.attrGet('href'));
        const cells = textsOf(tokens, /^t[hd]_open$/).map(({ text }) => text);
        return [
          ...truth.inline_code.filter((code) => code.trim() !== '' && !codes.includes(squash(code))),
          ...truth.headings.filter(({ level, text }) => !headings.includes(`h${level} ${squash(text)}`)),
          ...truth.links.filter(({ href }) => href !== null && !links.includes(reader.normalizeLink(href))),
          ...truth.tables.flat(2).filter((cell) => !cells.includes(squash(cell))),
        ];
      }),
    ).toEqual([]);
  });

  it('keep formulas as their TeX, and lists in their shape', () => {
    expect(misses(({ markdown, truth }) => truth.math.filter((tex) => !markdown.includes(tex.trim())))).toEqual([]);
    expect(
      misses(({ tokens, truth }) => {
        const wanted = truth.list_items.map(({ depth, list }) => `${depth} ${list}`);
        return wanted.length === 0 || wanted.join() === listItems(tokens).join() ? [] : [wanted];
      }),
    ).toEqual([]);
  });
});

describe.skipIf(!hasReference)('pages rendered from known markdown', () => {
  const pages = hasReference ? readReference<readonly Rendered[]>('rendered.json') : [];
  const replies = pages.flatMap(({ id, conversations, truth, noise }) =>
    conversations.flatMap(({ from, value }, turn) =>
      from === 'gpt'
        ? [{ id, turn, markdown: htmlToMarkdown(value), truth: truth[turn] as string, noise: noise[turn] ?? [] }]
        : [],
    ),
  );

  it('have the structure they were rendered from', () => {
    const differing = replies.filter(
      ({ markdown, truth }) => structure(markdown).join('\n') !== structure(truth).join('\n'),
    );
    // One names a language of two words in its fence; the page kept only the first.
    expect(differing.length).toBeLessThanOrEqual(1);
    expect(replies.length).toBeGreaterThan(600);
  });

  it('have none of the noise that was added', () => {
    const noisy = replies.filter(({ noise }) => noise.length > 0);
    expect(noisy.filter(({ markdown }) => /Copy code|Copy\d+ chars|chars \/ |^\d+ \/ \d+/m.test(markdown))).toEqual([]);
    expect(noisy.length).toBeGreaterThan(100);
  });
});
