import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { VicunaError } from '../../../../src/core/index.js';
import { temporaryDirectory } from '../../../support/temporary.js';
import { scriptedChatModel, serve } from '../../http/support/served.js';
import { hasBrowser, open } from './support/browser.js';
import { answers, askAndWait, questions } from './support/chat.js';

/** Each would open a dialog, load something or take the reader away, were it ever read as more than text. */
const attacks = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>',
  '<style>*{background:url(https://evil.example/x)}</style>',
  '<a href="javascript:alert(1)" id=sidebar>x</a>',
  '<form action="https://evil.example"><input name=key autofocus></form>',
  '<meta http-equiv="refresh" content="0;url=https://evil.example">',
  '<base href="https://evil.example/">',
  '[a](javascript:alert(1))',
  '[a](JaVaScRiPt&colon;alert(1))',
  '[a](java\tscript:alert(1))',
  '[a](&#x6A;avascript:alert(1))',
  '[a](data:text/html,<script>alert(1)</script>)',
  '[a](vbscript:msgbox(1))',
  '[a](//evil.example/x)',
  '<javascript:alert(1)>',
  '[a]: javascript:alert(1)\n\n[a]',
  '![x](https://evil.example/pixel.png)',
  '![x](x"onerror="alert(1))',
  '![<img src=x onerror=alert(1)>](https://evil.example/a)',
  '[x](https://ok.example "a\\" onmouseover=alert(1) b")',
  '```<img src=x onerror=alert(1)>\n</code></pre><script>alert(1)</script>\n```',
  '`<script>alert(1)</script>`',
  '| <img src=x onerror=alert(1)> |\n|---|\n| <script>alert(1)</script> |',
  '# <img src=x onerror=alert(1)>',
  '</div></section></main><script>alert(1)</script>',
  '{{constructor.constructor("alert(1)")()}}',
  '\u202e<script>alert(1)</script>\u0000',
];
const hostile = attacks.join('\n\n');
const script = '<img src=x onerror=alert(1)>';

describe.skipIf(!hasBrowser)('hostile text', () => {
  it('in what is asked, said and named does nothing: every piece is shown as text or as a harmless link', async () => {
    const models = [
      scriptedChatModel(() => hostile, { id: script }),
      scriptedChatModel(() => hostile, { id: '"><script>alert(2)</script>' }),
    ];
    const votes = join(await temporaryDirectory(), 'votes.jsonl');
    const { url } = await serve(models, { keys: 'open', page: { title: '</title><script>alert(3)</script>' }, votes });
    const { page } = await open(url);
    await page.getByRole('button', { name: 'Two models side by side' }).click();
    await askAndWait(page, hostile);
    await page.getByRole('button', { name: 'Tie' }).click();
    await page.getByText('Your vote: Tie').waitFor();
    await page.reload();
    await answers(page).first().waitFor();
    expect(await questions(page).textContent()).toBe(hostile);
    expect(await page.locator('.answer .model').allTextContents()).toEqual(
      expect.arrayContaining([expect.stringContaining(script)]),
    );
    expect(await page.title()).toBe('</title><script>alert(3)</script>');
    const said = answers(page).first();
    expect(
      await said.locator('script, img, svg.x, iframe, style, form, meta, base, input, [onerror], [onload]').count(),
    ).toBe(0);
    const links = await said.locator('a').evaluateAll((all) =>
      (all as HTMLAnchorElement[]).map(({ href, rel, target }) => ({
        protocol: new URL(href).protocol,
        rel,
        target,
      })),
    );
    expect(links.length).toBeGreaterThan(0);
    for (const link of links)
      expect(link).toEqual({ protocol: 'https:', rel: 'noopener noreferrer', target: '_blank' });
    expect(await said.textContent()).toContain('<script>alert(1)</script>');
    // Nothing of it took a name or a place of the page's own.
    expect(await page.locator('#sidebar').count()).toBe(1);
    for (const element of await said.locator('a').all()) await element.hover({ force: true });
  });

  it('in an error does nothing', async () => {
    const { url } = await serve([scriptedChatModel([new VicunaError('endpoint-failed', hostile)])], {
      keys: 'open',
      page: true,
    });
    const { page } = await open(url, { expected: /502/ });
    await askAndWait(page, 'Hi');
    expect(await page.getByRole('alert').locator('p').first().textContent()).toBe(hostile);
  });

  it('in the storage does nothing', async () => {
    const turns = [
      { kind: 'question', id: script, text: hostile },
      {
        kind: 'reply',
        id: 'r',
        parent: script,
        isBlind: false,
        answers: [{ model: script, text: hostile, state: 'failed', trouble: { message: hostile, traceId: script } }],
      },
    ];
    const stored = {
      [`vicuna-chat:${script}`]: JSON.stringify({ id: script, updatedAt: 1, leaf: 'r', turns }),
      'vicuna-chat-current': script,
      'vicuna-chat-theme': script,
      'vicuna-chat-settings': JSON.stringify({ model: script, system: script }),
    };
    const { url } = await serve([scriptedChatModel(() => 'Hello.')], { keys: 'open', page: true });
    const { page } = await open(url, { stored });
    await answers(page).waitFor();
    expect(await questions(page).textContent()).toBe(hostile);
  });

  it('could not become HTML even if the page tried', async () => {
    const { url } = await serve([scriptedChatModel(() => 'Hello.')], { keys: 'open', page: true });
    const { page } = await open(url, { expected: /Trusted|TrustedHTML|Content Security Policy|Refused/i });
    const attempt = (source: string) =>
      page.evaluate((code) => {
        try {
          if (code === 'html') document.body.insertAdjacentHTML('beforeend', '<img src=x onerror=alert(1)>');
          else if (code === 'script') {
            const element = document.createElement('script');
            element.textContent = 'window.ran = 1';
            document.body.append(element);
          }
        } catch {
          return 'refused';
        }
        return (window as { ran?: number }).ran === 1 ? 'ran' : 'nothing';
      }, source);
    expect(await attempt('html')).toBe('refused');
    expect(await attempt('script')).not.toBe('ran');
  });
});
