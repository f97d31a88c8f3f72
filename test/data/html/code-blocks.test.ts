import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlToMarkdown } from '../../../src/data/index.js';
import { codeGenerations, copyLabels, escapeHtml, reply } from './support/page.js';
import { readFences } from './support/read-markdown.js';

const code = 'def greet(name):\n    """Says hello."""\n\n    return f"Hello, {name} <b>&amp;</b>"\n';
const block = (content: string, language = '') => `<pre><code class="${language}">${escapeHtml(content)}</code></pre>`;

describe('a block of code', () => {
  for (const [generation, build] of Object.entries(codeGenerations)) {
    it.each(Object.entries(copyLabels))(
      `comes out verbatim with its language (${generation}, page in %s)`,
      (_, copy) => {
        const page = reply(`<p>Here:</p>${build({ code, language: 'python', copy })}<p>Done.</p>`);
        expect(htmlToMarkdown(page)).toBe(`Here:\n\n\`\`\`python\n${code}\`\`\`\n\nDone.`);
      },
    );
  }

  it('keeps any text character by character', () => {
    const lines = fc.array(
      fc.oneof(
        fc.string({ unit: 'grapheme' }),
        fc.constantFrom(
          '```',
          '````',
          '~~~',
          '    indented',
          '\ttab',
          '',
          '  ',
          '# x',
          '&lt;',
          '<div>',
          '</code></pre>',
        ),
      ),
      { minLength: 1, maxLength: 8 },
    );
    fc.assert(
      fc.property(lines, fc.constantFrom('', 'list', 'quote'), (parts, place) => {
        const text = `x${parts.join('\n').replace(/[\r\0]/g, '')}\n`;
        const html = block(text, 'language-x');
        const inPlace = { '': html, list: `<ol><li>a${html}</li></ol>`, quote: `<blockquote>${html}</blockquote>` }[
          place
        ];
        expect(readFences(htmlToMarkdown(inPlace))).toEqual([{ info: 'x', text }]);
      }),
      { numRuns: 500 },
    );
  });

  it('gets a fence longer than any run of backticks inside', () => {
    const text = 'a ```` b\n```js\n```\n';
    expect(htmlToMarkdown(block(text))).toBe(`\`\`\`\`\`\n${text}\`\`\`\`\``);
  });

  it('loses only the line break that ends it', () => {
    expect(htmlToMarkdown(block('x'))).toBe('```\nx\n```');
    expect(htmlToMarkdown(block('x\n'))).toBe('```\nx\n```');
    expect(htmlToMarkdown(block('\nx\n\n'))).toBe('```\n\nx\n\n```');
  });

  it('is left out where it is empty, header and all', () => {
    for (const build of Object.values(codeGenerations)) {
      const page = reply(`<p>Nothing:</p>${build({ code: '', language: '', copy: 'Копировать код' })}`);
      expect(htmlToMarkdown(page)).toBe('Nothing:');
    }
  });

  it('keeps line breaks made by tags, and leaves out line numbers and tokens of highlighting', () => {
    const html =
      '<pre><code class="hljs language-c"><span class="linenumber">1</span><span class="hljs-type">int</span> a;<br><span class="react-syntax-highlighter-line-number">2</span>a = 1 &lt; 2;</code></pre>';
    expect(htmlToMarkdown(html)).toBe('```c\nint a;\na = 1 < 2;\n```');
  });

  it('is read from a pre without a code element, beside its buttons', () => {
    expect(htmlToMarkdown('<pre><div><button>复制</button></div>$ ls -l\ntotal 0</pre>')).toBe(
      '```\n$ ls -l\ntotal 0\n```',
    );
  });

  it('is read from an editor that was saved live', () => {
    const html =
      '<div class="cm-editor"><div class="cm-gutters">1</div><div class="cm-content" data-language="rust"><div class="cm-line">fn main() {</div><div class="cm-line"><br></div><div class="cm-line">}</div></div></div>';
    expect(htmlToMarkdown(html)).toBe('```rust\nfn main() {\n\n}\n```');
  });

  it('stands inside list items with its indentation', () => {
    const html = `<ol><li>First:${block('if x:\n    y\n', 'language-python')}</li><li>Second</li></ol>`;
    expect(htmlToMarkdown(html)).toBe('1. First:\n   ```python\n   if x:\n       y\n   ```\n2. Second');
  });
});

describe('the language of a fence', () => {
  const header = (label: string, classes = '') =>
    htmlToMarkdown(`<pre><div><span>${label}</span></div><code class="${classes}">x</code></pre>`).split('\n')[0];

  it('is what the class says, before what the header shows', () => {
    expect(header('JavaScript', 'hljs language-jsx')).toBe('```jsx');
    expect(header('', 'lang-php-template')).toBe('```php-template');
    expect(header('', 'hljs kotlin')).toBe('```kotlin');
    expect(header('', 'hljs language-undefined')).toBe('```');
  });

  it('is the identifier behind the name that the header shows', () => {
    expect(header('Python')).toBe('```python');
    expect(header('C++')).toBe('```cpp');
    expect(header('C#')).toBe('```csharp');
    expect(header('Objective-C')).toBe('```objectivec');
    expect(header('Visual Basic')).toBe('```vb');
  });

  it.each([...Object.values(copyLabels), 'Copy', 'Copiar', 'Run', 'Output'])('is never the label %s', (label) => {
    expect(header(label)).toBe('```');
  });
});
