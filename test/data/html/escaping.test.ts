import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlToMarkdown } from '../../../src/data/index.js';
import { inlineTrees, shownCharacters, toHtml } from './support/inline-tree.js';
import { escapeHtml } from './support/page.js';
import { readBlocks, readCharacters, type ShownCharacter } from './support/read-markdown.js';

const fromText = (text: string) => htmlToMarkdown(`<p>${escapeHtml(text)}</p>`);

describe('text', () => {
  it.each([
    '2 * 3 = 6',
    'f(*args, **kwargs)',
    'snake_case and _private',
    'from ~5 to ~10, in ~/bin',
    'a < b && c > d',
    'AT&T; R&D',
    'if (a[0] == b[1]) return;',
    'C:\\Users\\me',
    'a`b',
    'Hello! [citation needed] (see below)',
    '#hashtag, C#',
    '-5 degrees, +1, 3.14, 1.5.2',
    '2023 was good. 1) maybe',
    '$5 or $10',
    'a | b | c',
    '<твоё_имя> and 1 <2',
    'well-known... "quoted" (text): x = y',
    'https://a.example/b_c*d',
    'e.g., *nix',
    '☃ ❄ —',
  ])('stays as it is where nothing in it reads as markup: %s', (text) => expect(fromText(text)).toBe(text));

  it.each([
    ['*not emphasis*', '\\*not emphasis*'],
    ['5*3*2', '5\\*3*2'],
    ['__init__', '\\_\\_init__'],
    ['~~a~~', '\\~\\~a~~'],
    ['`a` b', '\\`a` b'],
    ['<div> and <br/>', '\\<div> and \\<br/>'],
    ['List<String>', 'List\\<String>'],
    ['<https://a.example>', '\\<https://a.example>'],
    ['&lt;', '\\&lt;'],
    ['[a](b)', '[a\\](b)'],
    ['\\*', '\\\\*'],
    ['# x', '\\# x'],
    ['- x', '\\- x'],
    ['+ x', '\\+ x'],
    ['1. x', '1\\. x'],
    ['2023. x', '2023\\. x'],
    ['> x', '\\> x'],
    ['---', '\\---'],
    ['***', '\\*\\*\\*'],
    ['```js', '\\`\\`\\`js'],
    ['[a]: b', '\\[a]: b'],
    ['a\n- b', 'a\n\\- b'],
    ['a\n===', 'a\n\\==='],
    ['a\n1. b', 'a\n1\\. b'],
    ['a\n2. b', 'a\n2. b'],
    ['a | b\n--- | ---', 'a | b\n\\--- | ---'],
  ])('gets the backslashes that make it text, and no more: %j', (text, markdown) =>
    expect(fromText(text)).toBe(markdown),
  );

  it('needs none for the start of a line in headings and cells', () => {
    expect(htmlToMarkdown('<h2>1. Setup</h2>')).toBe('## 1. Setup');
    expect(htmlToMarkdown('<table><tr><th>- x</th></tr></table>')).toBe('| - x |\n| --- |');
  });
});

describe('any inline content', () => {
  const places = {
    paragraph: [(html: string) => `<p>${html}</p>`, ['paragraph']],
    'list item': [(html: string) => `<ul><li>${html}</li></ul>`, ['bullet_list', 'list_item', 'paragraph']],
    quote: [(html: string) => `<blockquote><p>${html}</p></blockquote>`, ['blockquote', 'paragraph']],
    heading: [(html: string) => `<h3>${html}</h3>`, ['heading']],
    'table cell': [(html: string) => `<table><tr><th>${html}</th></tr></table>`, ['table', 'thead', 'tr', 'th']],
  } as const;
  const text = (shown: readonly ShownCharacter[]) =>
    shown
      .map(({ character }) => character)
      .join('')
      .replace(/\s+/g, ' ')
      .trim();

  it.each(Object.entries(places))('reads back as the text it was, in a %s', (_, [put, blocks]) => {
    fc.assert(
      fc.property(inlineTrees, (trees) => {
        const markdown = htmlToMarkdown(put(trees.map(toHtml).join('')));
        const wanted = text(trees.flatMap((tree) => shownCharacters(tree)));
        expect(text(readCharacters(markdown))).toBe(wanted);
        if (wanted !== '') expect(readBlocks(markdown)).toEqual(blocks);
      }),
      { numRuns: 1500 },
    );
  });

  it('keeps every mark where words stand apart', () => {
    const word = fc.constantFrom('word', 'Wörter', '字', 'x1');
    const mark = fc.constantFrom('strong', 'em', 'del', 'code', 'a');
    fc.assert(
      fc.property(fc.array(fc.tuple(word, fc.uniqueArray(mark, { maxLength: 2 })), { minLength: 1 }), (words) => {
        const html = words.map(([content, names]) => {
          const around = [...names].sort((a, b) => Number(a === 'code') - Number(b === 'code'));
          const wrap = (inner: string, name: string) =>
            name === 'a' ? `<a href="http://x.y/z">${inner}</a>` : `<${name}>${inner}</${name}>`;
          return around.reduceRight(wrap, content);
        });
        const shown = readCharacters(htmlToMarkdown(`<p>${html.join(' ')}</p>`)).filter(
          ({ character }) => character !== ' ',
        );
        const wanted = words.flatMap(([content, names]) =>
          [...content].map((character) => ({ character, marks: [...names].sort().join() })),
        );
        expect(shown).toEqual(wanted);
      }),
      { numRuns: 1000 },
    );
  });
});
