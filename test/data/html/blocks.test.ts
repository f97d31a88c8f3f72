import { describe, expect, it } from 'vitest';
import { htmlToMarkdown } from '../../../src/data/index.js';

const lines = (...text: string[]) => text.join('\n');

describe('lists', () => {
  it('are tight where items hold no paragraph, loose where one does', () => {
    expect(htmlToMarkdown('<ul><li>a</li><li>b</li></ul>')).toBe('- a\n- b');
    expect(htmlToMarkdown('<ul>\n<li>\n<p>a</p>\n</li>\n<li>\n<p>b</p>\n</li>\n</ul>')).toBe('- a\n\n- b');
  });

  it('are as tight as their source was, where the page carries its offsets', () => {
    const list = (second: number) =>
      `<ul data-start="0" data-end="9"><li data-start="0" data-end="3"><p data-start="2" data-end="3">a</p></li><li data-start="${second}" data-end="${second + 3}"><p data-start="${second + 2}" data-end="${second + 3}">b</p></li></ul>`;
    expect(htmlToMarkdown(list(4))).toBe('- a\n- b');
    expect(htmlToMarkdown(list(5))).toBe('- a\n\n- b');
  });

  it('nest, with numbers from where they start', () => {
    const html =
      '<ol start="9"><li>nine<ul><li>a<ol><li>deep</li></ol></li></ul></li><li>ten<ul><li>b</li></ul></li></ol>';
    expect(htmlToMarkdown(html)).toBe(lines('9. nine', '   - a', '     1. deep', '10. ten', '    - b'));
  });

  it('keep a number that an item gives itself', () => {
    expect(htmlToMarkdown('<ol><li value="3">c</li><li>d</li></ol>')).toBe('3. c\n4. d');
    expect(htmlToMarkdown('<ol start="-2"><li>x</li></ol>')).toBe('1. x');
  });

  it('that follow each other stay two', () => {
    expect(htmlToMarkdown('<ul><li>a</li></ul><ul><li>b</li></ul>')).toBe('- a\n\n* b');
    expect(htmlToMarkdown('<ol><li>a</li></ol><ol><li>b</li></ol>')).toBe('1. a\n\n1) b');
  });

  it('that do not start at 1 stand apart from the text before them', () => {
    expect(htmlToMarkdown('<ul><li>a<ol start="2"><li>b</li></ol></li></ul>')).toBe('- a\n\n  2. b');
  });

  it('hold whatever blocks they are given', () => {
    const html =
      '<ol><li><p>a</p><blockquote><p>q</p></blockquote><p>b</p></li><li><h3>h</h3></li><li></li><li><hr></li></ol>';
    expect(htmlToMarkdown(html)).toBe(lines('1. a', '', '   > q', '', '   b', '', '2. ### h', '', '3.', '', '4. ___'));
  });

  it('take lists and text that stand between their items into the item before', () => {
    expect(htmlToMarkdown('<ul><li>a</li><ul><li>b</li></ul></ul>')).toBe('- a\n  - b');
  });

  it('show checkboxes as task lists', () => {
    const html = '<ul><li><input type="checkbox" disabled checked> done</li><li><input type="checkbox"> open</li></ul>';
    expect(htmlToMarkdown(html)).toBe('- [x] done\n- [ ] open');
  });
});

describe('tables', () => {
  it('are GFM tables with their alignment, inline content and pipes', () => {
    const html =
      '<table><thead><tr><th>Name</th><th style="text-align: right;">n</th><th align="center">c</th></tr></thead><tbody><tr><td><strong>a|b</strong></td><td><code>x|y</code></td><td>one<br>two</td></tr></tbody></table>';
    expect(htmlToMarkdown(html)).toBe(
      lines('| Name | n | c |', '| --- | --: | :-: |', '| **a\\|b** | `x\\|y` | one<br>two |'),
    );
  });

  it('get an empty header where they have none, and as many cells in every row', () => {
    const html = '<table><tr><td>a</td></tr><tr><td>b</td><td>c</td></tr></table>';
    expect(htmlToMarkdown(html)).toBe(lines('|  |  |', '| --- | --- |', '| a |  |', '| b | c |'));
  });

  it('leave the cells empty that a span covers', () => {
    const html =
      '<table><tr><th>a</th><th>b</th><th>c</th></tr><tr><td rowspan="2">1</td><td colspan="2">2</td></tr><tr><td>3</td><td>4</td></tr></table>';
    expect(htmlToMarkdown(html)).toBe(lines('| a | b | c |', '| --- | --- | --- |', '| 1 | 2 |  |', '|  | 3 | 4 |'));
  });

  it('put blocks in a cell on one line', () => {
    const html = '<table><tr><th>x</th></tr><tr><td><p>a</p><ul><li>b</li><li>c</li></ul></td></tr></table>';
    expect(htmlToMarkdown(html)).toBe('| x |\n| --- |\n| a<br>b<br>c |');
  });

  it('are found in the boxes that pages scroll them in', () => {
    const html =
      '<div class="TyagGW_tableContainer"><div tabindex="-1"><table><thead><tr><th>a</th></tr></thead></table><div class="select-none"><button>Copy table</button></div></div></div>';
    expect(htmlToMarkdown(html)).toBe('| a |\n| --- |');
  });
});

describe('other blocks', () => {
  it('are headings, quotes and rules', () => {
    const html = '<h1>A <em>b</em></h1><p>x</p><blockquote><p>q</p><ul><li>r</li></ul></blockquote><hr><h6>C #</h6>';
    expect(htmlToMarkdown(html)).toBe(
      lines('# A *b*', '', 'x', '', '> q', '>', '> - r', '', '---', '', '###### C \\#'),
    );
  });

  it('may stand in each other in ways only scripts build', () => {
    expect(htmlToMarkdown('<span><p>a</p></span><strong><div>b</div></strong><div>c<p>d</p>e</div>')).toBe(
      'a\n\nb\n\nc\n\nd\n\ne',
    );
  });

  it('are nothing where they show nothing', () => {
    expect(htmlToMarkdown('<p> </p><ul></ul><table></table><blockquote></blockquote><h2></h2><div>\n</div>')).toBe('');
    expect(htmlToMarkdown('')).toBe('');
  });
});
