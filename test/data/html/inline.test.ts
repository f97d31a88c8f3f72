import { describe, expect, it } from 'vitest';
import { htmlToMarkdown } from '../../../src/data/index.js';

const paragraph = (html: string) => htmlToMarkdown(`<p>${html}</p>`);

describe('emphasis', () => {
  it.each([
    ['<strong>bold</strong> and <em>italic</em>', '**bold** and *italic*'],
    ['<b>bold</b>, <i>italic</i>, <del>gone</del>, <s>out</s>', '**bold**, *italic*, ~~gone~~, ~~out~~'],
    ['<em><strong>both</strong></em>', '***both***'],
    ['<strong><em>both</em></strong>', '**_both_**'],
    ['<strong>a <em>b</em></strong>', '**a *b***'],
    ['un<em>frigging</em>believable', 'un*frigging*believable'],
  ])('%s', (html, markdown) => expect(paragraph(html)).toBe(markdown));

  it.each([
    ['a<strong> b </strong>c', 'a **b** c'],
    ['<em>a </em><em>b</em>', '*a* *b*'],
    ['<strong>a</strong><strong>b</strong>', '**ab**'],
    ['<strong>a<b>b</b></strong>', '**ab**'],
    ['a<strong></strong>b<em> </em>c', 'ab c'],
    ['<strong>a<br></strong>b', '**a**  \nb'],
  ])('keeps blanks outside and touching marks together: %s', (html, markdown) =>
    expect(paragraph(html)).toBe(markdown),
  );

  it.each([
    ['<strong>注意：</strong>请备份。', '**注意**：请备份。'],
    ['他说<strong>“你好”</strong>。', '他说“**你好**”。'],
    ['<strong>Hinweis:</strong>Text', '**Hinweis**:Text'],
    ['<strong>주의:</strong> 백업하세요', '**주의:** 백업하세요'],
    ['<strong>重要</strong>：备份', '**重要**：备份'],
    ['使用<strong><code>map</code></strong>方法', '使用`map`方法'],
    ['a<em>!</em>b', 'a!b'],
  ])('is only written where it reads as emphasis: %s', (html, markdown) => expect(paragraph(html)).toBe(markdown));
});

describe('inline code', () => {
  it.each([
    ['<code>x</code>', '`x`'],
    ['<code>a`b</code>', '``a`b``'],
    ['<code>`a`</code>', '`` `a` ``'],
    ['<code>``</code>', '` `` `'],
    ['<code>a b</code> <code>&lt;div&gt;</code> <code>*x*</code>', '`a b` `<div>` `*x*`'],
    ['<code>a</code><code>b</code>', '`ab`'],
    ['<code></code>x', 'x'],
    ['<kbd>Ctrl</kbd>+<kbd>C</kbd>', '`Ctrl`+`C`'],
    ['<code>a\nb</code>', '`a b`'],
    ['<code><a href="https://a.example/">f()</a></code>', '[`f()`](https://a.example/)'],
  ])('%s', (html, markdown) => expect(paragraph(html)).toBe(markdown));
});

describe('links and images', () => {
  it.each([
    ['<a href="https://a.example/x">text</a>', '[text](https://a.example/x)'],
    ['<a href="https://a.example/">https://a.example/</a>', '<https://a.example/>'],
    ['<a href="mailto:a@b.example">a@b.example</a>', '<a@b.example>'],
    ['<a href="https://a.example" title="A &quot;b&quot;">x</a>', '[x](https://a.example "A \\"b\\"")'],
    ['<a href="https://a.example/a_(b)">x</a>', '[x](https://a.example/a_(b))'],
    ['<a href="https://a.example/a)b">x</a>', '[x](<https://a.example/a)b>)'],
    ['<a href="/a b">x</a>', '[x](</a b>)'],
    ['<a href="https://a.example/?a=1&amp;copy;=2">x</a>', '[x](https://a.example/?a=1\\&copy;=2)'],
    ['see<a href="https://a.example"> <strong>this</strong> </a>now', 'see [**this**](https://a.example) now'],
    ['<a href="https://a.example">[1]</a>', '[[1]](https://a.example)'],
    ['<a href="https://a.example">a] b</a>', '[a\\] b](https://a.example)'],
    ['<a href="javascript:alert(1)">x</a><a>y</a>', 'xy'],
    ['Wow!<a href="https://a.example">x</a>', 'Wow\\![x](https://a.example)'],
    ['<img src="https://a.example/b.png" alt="A [b]">', '![A \\[b\\]](https://a.example/b.png)'],
    ['<img src="data:image/png;base64,AAAA" alt="A chart">', 'A chart'],
    ['<img src="blob:https://a.example/1">x', 'x'],
    ['<img class="emoji" alt="😀" src="https://a.example/1.svg">', '😀'],
    [
      '<a href="https://a.example"><img src="https://a.example/b.png" alt="B"></a>',
      '[![B](https://a.example/b.png)](https://a.example)',
    ],
  ])('%s', (html, markdown) => expect(paragraph(html)).toBe(markdown));
});

describe('lines', () => {
  it.each([
    ['a<br>b', 'a  \nb'],
    ['a<br><br>b', 'a\n\nb'],
    ['a<br>', 'a'],
    ['Thanks,\n  Ann', 'Thanks,\nAnn'],
    ['a  \t b', 'a b'],
    ['x<sup>2</sup> + H<sub>2</sub>O', 'x² + H₂O'],
    ['1<sup>st</sup>', '1<sup>st</sup>'],
    ['<q>a</q>', '“a”'],
    ['a&nbsp;b &lt;3 &mdash; &#x4e2d;', 'a\u00a0b <3 — 中'],
  ])('%s', (html, markdown) => expect(paragraph(html)).toBe(markdown));
});
