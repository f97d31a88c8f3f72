import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlToMarkdown } from '../../../src/data/index.js';
import { reply } from './support/page.js';

const counter = (text: string) =>
  `<div class="text-xs flex items-center justify-center gap-1"><button>‹</button><span class="flex-grow">${text}</span><button>›</button></div>`;
const characterCount =
  '<div class="flex items-center text-xs"><button class="p-1">Copy</button>522 chars / 100 words</div>';

describe('what the page adds to a reply', () => {
  it.each([
    ['the counter of regenerated replies', `${counter('2 / 3')}${reply('<p>x</p>')}`],
    ['that counter without the mark of the reply', `${counter('2 / 3')}<p>x</p>`],
    ['that counter as bare text', '2 / 3<p>x</p>'],
    ["an extension's count of characters", reply(`<p>x</p>${characterCount}`)],
    ['that count without its button', reply('<p>x</p><div>522 chars / 100 words</div>')],
    ['that count run into the text', reply('<p>x Copy522 chars / 100 words</p>')],
    ['that count in another language', reply('<p>x</p><div><button>复制</button>522 字符 / 100 单词</div>')],
    ['buttons', reply('<p>x<button>Regenerate</button></p><div role="button">Réessayer</div>')],
    ['pictures in buttons', reply('<div><button><img src="https://a.example/b.png" alt="b"></button></div><p>x</p>')],
    ['drawings', reply('<p><svg><title>icon</title><path d="M0"></path></svg>x</p>')],
    [
      'a heading over its thoughts',
      `<div><button>Thought for 8 seconds</button><span>Думал 8 секунд</span></div>${reply('<p>x</p>')}`,
    ],
    ['a shimmering heading', reply('<p class="loading-shimmer">Searching the web</p><p>x</p>')],
    ['headings for screen readers', reply('<h5 class="sr-only">ChatGPT said:</h5><p>x</p>')],
    ['citations that lead nowhere', reply('<p>x<span data-testid="webpage-citation-pill"><a>Wikipedia</a></span></p>')],
    [
      'raw citation marks',
      reply('<p>x\uE200cite\uE202turn0search1\uE201【3†source】:contentReference[oaicite:0]{index=0}</p>'),
    ],
    [
      'hidden elements',
      reply('<p hidden>y</p><p style="display: none">y</p><p><span aria-hidden="true">#</span>x</p>'),
    ],
    ['programs and styles', reply('<script>alert("<p>")</script><style>p{}</style><p>x</p><!-- y -->')],
  ])('loses %s', (_, html) => expect(htmlToMarkdown(html)).toBe('x'));

  it('keeps citations as links, set off from the sentence as the page does', () => {
    const pill =
      '<span data-state="closed"><div class="relative inline-flex"><a href="https://a.example" class="flex rounded-xl"><span>A</span><span class="rounded-full">+2</span></a></div></span>';
    expect(htmlToMarkdown(reply(`<p>Pour tous\u200b<span>${pill}</span>.</p>`))).toBe(
      'Pour tous [A](https://a.example).',
    );
    expect(htmlToMarkdown(reply(`<p>Для всех ${pill}, да${pill}</p>`))).toBe(
      'Для всех [A](https://a.example), да [A](https://a.example)',
    );
    const marked =
      '<span data-testid="webpage-citation-pill"><a href="https://a.example" class="flex">Wikipedia</a></span>';
    expect(htmlToMarkdown(reply(`<p>x${marked}</p>`))).toBe('x [Wikipedia](https://a.example)');
    const number = '<a href="https://a.example" class="px-0.5"><sup>1</sup></a>';
    expect(htmlToMarkdown(reply(`<p>x${number}</p>`))).toContain('](https://a.example)');
    expect(htmlToMarkdown(reply('<p>A <span><div class="inline-flex">badge</div></span> b</p>'))).toBe('A badge b');
  });

  it('keeps what only looks like it', () => {
    expect(htmlToMarkdown(reply('<p>1 / 2</p>'))).toBe('1 / 2');
    expect(htmlToMarkdown(reply('<p>3 / 4</p><p>of a cup</p>'))).not.toBe('');
    expect(htmlToMarkdown(reply('<p>Speed: 5 km / 2 h</p>'))).toBe('Speed: 5 km / 2 h');
    expect(htmlToMarkdown(reply('<pre><code>Copy522 chars / 100 words\n2 / 3</code></pre>'))).toBe(
      '```\nCopy522 chars / 100 words\n2 / 3\n```',
    );
  });

  it('is all of a message outside the parts that are the reply, which may be several', () => {
    const html = `<div>Finished working</div>${reply('<p>a</p>')}<div>RESULT <pre>1</pre></div>${reply('<p>b</p>')}<div>2 / 2</div>`;
    expect(htmlToMarkdown(html)).toBe('a\n\nb');
  });

  it('is gone the first time: there is nothing left to remove', () => {
    const noise = fc.constantFrom(
      characterCount,
      '<p>a</p>',
      '<button>b</button>',
      'Copy1 chars / 1 words',
      '<p>c d</p>',
    );
    fc.assert(
      fc.property(fc.constantFrom('', counter('1 / 2')), fc.array(noise, { maxLength: 6 }), (before, rest) => {
        const once = htmlToMarkdown(reply(before + rest.join('')));
        const again = once.split('\n\n').map((text) => `<p>${text}</p>`);
        expect(htmlToMarkdown(reply(again.join('')))).toBe(once);
      }),
    );
  });
});
