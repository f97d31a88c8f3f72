import { describe, expect, test } from 'vitest';
import { browserOfFile, findBrowser, openFile } from '../../support/browser.js';
import { pairJudgment } from '../../support/evaluation.js';
import { writtenDatasetReport, writtenReport } from './report-files.js';

const executable = findBrowser();

/** Each would say `hit` where the page let it. */
const attacks = [
  '<script>document.title = "hit"; alert("hit")</script>',
  '</script><script>document.title = "hit"</script>',
  '<img src=x onerror="document.title=\'hit\'"><svg onload="document.title=\'hit\'">',
  '[a link](javascript:document.title="hit") [b](vbscript:hit) [c](data:text/html,<script>hit</script>) [d](jAvAsCrIpT&colon;hit)',
  '![picture](http://127.0.0.1:9/steal.png) ![p](file:///etc/passwd)',
  '<iframe src="http://127.0.0.1:9/"></iframe><link rel=stylesheet href=http://127.0.0.1:9/x.css><style>*{display:none}</style>',
  '"><b onmouseover="hit">\' onfocus=hit autofocus <!-- ]]> &lt;script&gt;',
  '[x]: javascript:hit\n\n[x] <http://127.0.0.1:9/a?b="onclick=hit> http://127.0.0.1:9/"onmouseover="hit',
].join('\n\n');

describe.skipIf(executable === undefined)('hostile text', () => {
  const browser = browserOfFile(executable!);

  test('in questions, answers, model ids, judges, categories and explanations runs nothing and loads nothing', async () => {
    const models = { a: `a ${attacks}`, b: `b ${attacks}` };
    const question = { id: `1 ${attacks}`, category: attacks, turns: [attacks], reference: [attacks], tags: [attacks] };
    const base = pairJudgment(question, models, `judge ${attacks}`, 0);
    const judgments = [
      {
        ...base,
        injections: [{ answer: 'a' as const, rule: attacks, text: attacks }],
        replies: [
          {
            ...base.replies[0]!,
            reading: {
              ...base.replies[0]!.reading,
              kind: 'parsed' as const,
              outcome: 'a' as const,
              explanation: attacks,
            },
          },
          { ...base.replies[1]!, text: attacks, reading: { kind: 'unparsed' as const, problem: attacks } },
        ],
      },
    ];
    const answers = [models.a, models.b].map((model) => ({ questionId: question.id, model, turns: [attacks] }));
    const file = await writtenReport({ questions: [question], answers, judgments });
    const { page, trouble } = await openFile(await browser(), file);
    await page.locator('#detail .answer').first().waitFor();
    await page.locator('details').evaluateAll((all) => {
      for (const one of all as HTMLDetailsElement[]) one.open = true;
    });
    await page.keyboard.press('Tab');
    await page.mouse.move(600, 500);
    expect(await page.title()).not.toBe('hit');
    expect(trouble).toEqual([]);

    const found = await page.evaluate(() => {
      const all = [...document.querySelectorAll('*')];
      return {
        scripts: document.querySelectorAll('script:not([data-block])').length,
        loading: document.querySelectorAll('img, iframe, object, embed, link[rel=stylesheet], style ~ style').length,
        handlers: all.flatMap((one) => one.getAttributeNames()).filter((name) => name.startsWith('on')).length,
        addresses: [...document.querySelectorAll<HTMLAnchorElement>('#browse a')].map(({ href, rel }) => ({
          href,
          rel,
        })),
      };
    });
    expect(found).toMatchObject({ scripts: 1, loading: 0, handlers: 0 });
    expect(found.addresses.length).toBeGreaterThan(0);
    for (const { href, rel } of found.addresses) {
      expect(href).toMatch(/^(https?|mailto):/);
      expect(rel).toBe('noopener noreferrer');
    }
    // It is shown all the same.
    expect(await page.locator('.answer.a').textContent()).toContain('<script>document.title = "hit"');
  });

  test('in the conversations of a data set runs nothing and loads nothing', async () => {
    const { page, trouble } = await openFile(await browser(), await writtenDatasetReport(attacks));
    await page.locator('details').evaluateAll((all) => {
      for (const one of all as HTMLDetailsElement[]) one.open = true;
    });
    await page.mouse.move(600, 500);
    expect(await page.title()).not.toBe('hit');
    expect(trouble).toEqual([]);
    const found = await page.evaluate(() => ({
      scripts: document.querySelectorAll('script').length,
      loading: document.querySelectorAll('img, iframe, object, embed, link[rel=stylesheet], style ~ style').length,
      links: document.querySelectorAll('main a').length,
      handlers: [...document.querySelectorAll('*')]
        .flatMap((one) => one.getAttributeNames())
        .filter((name) => name.startsWith('on')).length,
    }));
    expect(found).toEqual({ scripts: 1, loading: 0, links: 0, handlers: 0 });
    expect(await page.locator('#examples pre').first().textContent()).toContain('<script>document.title = "hit"');
  });

  test('that got into the page all the same would not run: the policy knows one script and one style', async () => {
    const { page } = await openFile(
      await browser(),
      await writtenReport({ questions: [], answers: [], judgments: [] }),
    );
    const ran = await page.evaluate(async () => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "hit"';
      const image = document.createElement('div');
      image.innerHTML = '<img src="data:,x" onerror="document.title = \'hit\'">';
      document.body.append(script, image);
      await new Promise((resolve) => setTimeout(resolve, 50));
      return document.title === 'hit';
    });
    expect(ran).toBe(false);
    const reached = await page.evaluate(() =>
      fetch('http://127.0.0.1:9/').then(
        () => 'sent',
        () => 'refused',
      ),
    );
    expect(reached).toBe('refused');
  });
});
