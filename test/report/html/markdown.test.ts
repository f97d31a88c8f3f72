import fc from 'fast-check';
import { parseFragment } from 'parse5';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadMarkdown, type RenderMarkdown } from '../../../src/report/html/browser/markdown.js';

let render: RenderMarkdown;
beforeAll(async () => {
  render = await loadMarkdown();
});

describe('markdown that nobody trusts', () => {
  test('is laid out: lists, code, tables, emphasis', () => {
    expect(render('1. *one*\n2. `two`')).toBe('<ol>\n<li><em>one</em></li>\n<li><code>two</code></li>\n</ol>\n');
    expect(render('| a |\n|---|\n| 1 |')).toContain('<td>1</td>');
    expect(render("```js\nlet x = '<b>';\n```")).toBe(
      '<pre tabindex="0"><code>let x = \'&lt;b&gt;\';\n</code></pre>\n',
    );
  });

  test('keeps its markup as text', () => {
    expect(render('<b onclick="x">hi</b>')).toBe('<p>&lt;b onclick=&quot;x&quot;&gt;hi&lt;/b&gt;</p>\n');
  });

  test.each([
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'vbscript:x',
    'data:text/html,x',
    'file:///etc/passwd',
    '//host/x',
    'page.html',
  ])('makes no link to %s', (address) => {
    expect(render(`[text](${address})`)).not.toContain('<a');
    expect(render(`[text](<${address}>)`)).not.toContain('href');
  });

  test('links only to http, https and mailto, and tells nobody where the reader came from', () => {
    const link = '<a href="https://example.org" rel="noopener noreferrer" target="_blank">x</a>';
    expect(render('[x](https://example.org)')).toBe(`<p>${link}</p>\n`);
    expect(render('https://example.org/a')).toContain('href="https://example.org/a" rel="noopener noreferrer"');
    expect(render('[x](mailto:a@example.org)')).toContain('href="mailto:a@example.org"');
    expect(render('see file.py and example.org')).toBe('<p>see file.py and example.org</p>\n');
  });

  test('shows of an image what it is called, and loads nothing', () => {
    expect(render('![a "cat"](https://example.org/cat.png)')).toBe(
      '<p><span class="image" title="https://example.org/cat.png">[image: a &quot;cat&quot;]</span></p>\n',
    );
  });

  test('that is longer than anybody reads is shown as it is', () => {
    const long = `${'*a* '.repeat(30_000)}<b>`;
    expect(render(long)).toBe(`<pre tabindex="0">${long.replace('<b>', '&lt;b&gt;')}</pre>`);
  });

  test('gives nothing but harmless elements and attributes, whatever it is', () => {
    const allowed = /^(?:href|rel|target|title|class|tabindex|start)$/;
    const pieces = fc.constantFrom(
      '<script>',
      '</script>',
      '[x](',
      'javascript:',
      ')',
      '![',
      '](',
      '"',
      "' onerror=x",
      '`',
      '```\n',
      '<img src=x onerror=y>',
      '\n\n',
      '> ',
      '| a |\n|--|\n',
      '&lt;',
      '&#x3c;script>',
      'http://a.b/"onclick="',
      '<!--',
      '\\',
      '* ',
      '# ',
      '[r]: javascript:x\n',
      '[r]',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string()), { maxLength: 30 }), (parts) => {
        const nodes = [...parseFragment(render(parts.join(''))).childNodes] as Node[];
        for (const node of nodes) {
          nodes.push(...(node.childNodes ?? []));
          if (node.tagName === undefined) continue;
          expect(node.tagName).not.toMatch(/^(?:script|style|img|iframe|object|embed|svg|link|meta|form|input)$/);
          for (const { name, value } of node.attrs ?? []) {
            expect(name).toMatch(allowed);
            if (name === 'href') expect(value).toMatch(/^(?:https?:|mailto:)/i);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

interface Node {
  readonly tagName?: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes?: readonly Node[];
}
