import fc from 'fast-check';
import { defaultTreeAdapter as adapter, type DefaultTreeAdapterTypes, parseFragment } from 'parse5';
import { describe, expect, it } from 'vitest';
import type { HtmlElement, HtmlNode } from '../../../src/data/html/element.js';
import { parseHtml } from '../../../src/data/html/parse.js';
import { htmlToMarkdown } from '../../../src/data/index.js';
import { escapeHtml } from './support/page.js';

/** A tree as nested arrays: name, attributes asked for, children. */
type Outline = string | readonly [string, string, ...Outline[]];

const asked = ['class', 'href', 'title', 'data-x'];

const outline = (node: HtmlNode): Outline =>
  typeof node === 'string'
    ? node
    : [node.name, asked.map((name) => node.attribute(name) ?? '-').join('|'), ...node.children.map(outline)];

function reference(node: DefaultTreeAdapterTypes.ChildNode): Outline[] {
  if (adapter.isTextNode(node)) return [node.value];
  if (!adapter.isElementNode(node)) return [];
  const attributes = new Map(node.attrs.map(({ name, value }) => [name, value]));
  const content = asked.map((name) => attributes.get(name) ?? '-').join('|');
  return [[node.tagName, content, ...joinTexts(node.childNodes.flatMap(reference))]];
}

const joinTexts = (nodes: readonly Outline[]): Outline[] =>
  nodes.reduce<Outline[]>((joined, node) => {
    const last = joined.at(-1);
    if (typeof node === 'string' && typeof last === 'string') joined[joined.length - 1] = last + node;
    else joined.push(node);
    return joined;
  }, []);

const ours = (html: string) => parseHtml(html).children.map(outline);
const browsers = (html: string) => joinTexts(parseFragment(html).childNodes.flatMap(reference));

describe('parsing', () => {
  it.each([
    '<p>a<p>b<div>c</div>',
    '<ul><li>a<li>b<ul><li>c</ul><li>d</ul>',
    '<dl><dt>a<dd>b<dt>c</dl>',
    '<p class=a title=\'b "c"\' data-x="1 > 0" href>x</p>',
    '<P CLASS="A">x</P><br/>y<hr>z',
    'a &lt; b &amp;amp; c &copy d &notit; &#128512; &#x41;',
    '<a href="?a=1&copy=2&amp;b=3" title="&quot;">x</a>',
    '<!-- a > b --><!doctype html><?php x ?>y',
    '<script>if (a < b) "</p>"</script><style>a > b {}</style><textarea><b></textarea>',
    '<pre>\n\na</pre><pre><code>\nb</code></pre>',
    'a < b <3 <- </ > c',
    '<h1>a<h2>b',
    '</p></div>x</b>',
    'x <b',
    '<div><span>a</div>b',
    'a\r\nb\rc',
    '',
  ])("gives a browser's tree: %s", (html) => {
    const withoutEmptyParagraphs = (nodes: readonly Outline[]) =>
      nodes.filter((node) => typeof node === 'string' || node[0] !== 'p' || node.length > 2);
    expect(withoutEmptyParagraphs(ours(html))).toEqual(withoutEmptyParagraphs(browsers(html)));
  });

  it("gives a browser's tree for whatever a browser wrote", () => {
    const text = fc.string({ unit: fc.constantFrom('a', ' ', '<', '>', '&', '"', "'", '\n', '中', ';', '=') });
    const written = fc.letrec<{ node: string }>((tie) => ({
      node: fc.oneof(
        { depthSize: 'medium', withCrossShrink: true },
        text.map(escapeHtml),
        fc
          .tuple(
            fc.constantFrom('div', 'span', 'strong', 'section', 'code', 'ul', 'blockquote'),
            text,
            fc.array(tie('node')),
          )
          .map(([name, value, children]) => {
            const attribute = escapeHtml(value).replaceAll('"', '&quot;');
            return `<${name} class="${attribute}" data-x="">x${children.join('')}</${name}>`;
          }),
        fc.constantFrom('<br>', '<hr>', '<img title="a">', '<!--x-->'),
      ),
    })).node;
    fc.assert(
      fc.property(written, (html) => {
        expect(ours(html)).toEqual(browsers(html));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps what React nests and the HTML parser would take apart', () => {
    expect(ours('<p>a<span><div>b</div></span>c</p>')).toEqual([
      ['p', '-|-|-|-', 'a', ['span', '-|-|-|-', ['div', '-|-|-|-', 'b']], 'c'],
    ]);
    expect(ours('<button>a<button>b</button></button>c')).toHaveLength(2);
  });

  it('leaves drawings out, also nested ones, and survives one that never ends', () => {
    expect(ours('a<svg><svg></svg><p>x</p></svg>b')).toEqual(['ab']);
    expect(ours('a<svg><path d="M0">b')).toEqual(['a', ['path', '-|-|-|-', 'b']]);
  });

  it('puts what is nested deeper than browsers allow beside its parent', () => {
    const depth = (element: HtmlElement): number =>
      1 + element.children.reduce((most, child) => Math.max(most, typeof child === 'string' ? 0 : depth(child)), 0);
    expect(depth(parseHtml('<div>'.repeat(100_000)))).toBeLessThan(520);
    expect(htmlToMarkdown(`${'<div>'.repeat(2000)}a${'</div>'.repeat(2000)}<p>b</p>`)).toBe('a\n\nb');
  });
});

describe('any text', () => {
  it('converts without an error', () => {
    const parts = fc.constantFrom(
      ...[
        '<',
        '</',
        '>',
        '<div',
        '<p>',
        '</p>',
        '<ul>',
        '<li>',
        '<pre>',
        '<code>',
        '</code>',
        '<table>',
        '<td>',
        '<tr>',
      ],
      ...[
        '<a href="',
        '"',
        "'",
        '=',
        '<b>',
        '</b>',
        '<i>',
        '<svg>',
        '<math>',
        '<!--',
        '-->',
        '<script>',
        '&',
        ';',
        '\n',
      ],
      ...[
        'class="katex"',
        ' ',
        'text',
        '*',
        '`',
        '<span class="katex">',
        '<blockquote>',
        '<input type=checkbox>',
        '\0',
        '\r',
      ],
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.array(parts).map((all) => all.join('')),
        ),
        (html) => {
          expect(typeof htmlToMarkdown(html)).toBe('string');
        },
      ),
      { numRuns: 3000 },
    );
  });

  // Each of these takes hours where any step is quadratic in the text, and overflows the stack where any is recursive.
  it.each([
    '<div>',
    '<div>x',
    '<b>',
    '<b id=1>x',
    '<p><b>x',
    '<ul><li>x',
    '<blockquote>x',
    '<table><tr><td>',
    '<pre>x',
    '<svg>',
    '<!--',
    '<script>',
    '<a ',
    '<',
    '</i>',
    '<b></i>',
    '*',
    'a*',
    '*a ',
    '_a_ ',
    '`',
    '` ``a',
    '[a](',
    '&lt;a ',
    '\uE200',
    '<b>a</b>.b',
    '<b>a.</b>b',
    '<i>a<b>b</b></i>c',
    '<br>x',
    '<code>`</code>',
    '<span class="katex">x',
    '1. \n',
    '【1†',
  ])('repeated to a quarter of a megabyte is converted: %s', (part) => {
    const converted = htmlToMarkdown(part.repeat(Math.ceil(250_000 / part.length)));
    expect(converted.length).toBeLessThan(20_000_000);
  });
});
