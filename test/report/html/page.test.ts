import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { html, Markup } from '../../../src/report/html/markup.js';
import { cleaningReport, evaluationReport, summarizeEvaluation } from '../../../src/report/index.js';
import { madeUpEvaluation } from '../../support/evaluation.js';
import { temporaryDirectory } from '../../support/temporary.js';

describe('a template', () => {
  test('escapes what is put into it, in texts and in attributes', () => {
    expect(html`<a title="${`"'<&>`}">${'<b>'}</a>`.html).toBe('<a title="&quot;&#39;&lt;&amp;&gt;">&lt;b&gt;</a>');
  });

  test('takes markup as it is, lists part by part, and nothing for undefined and false', () => {
    expect(html`${new Markup('<b>')}${[html`<i>`, 'x', 1]}${undefined}${false}`.html).toBe('<b><i>x1');
  });
});

describe('a report file', () => {
  const evaluation = madeUpEvaluation(300);

  async function report(output: string, signal?: AbortSignal) {
    const summary = await summarizeEvaluation(evaluation.judgments, { resamples: 20 }).result;
    return await evaluationReport({ summary, ...evaluation }, { output, createdAt: new Date(0) }, { signal });
  }

  test('is one file that names nothing to load, and is the same for the same input', async () => {
    const directory = await temporaryDirectory();
    const output = join(directory, 'report.html');
    const { bytes } = await report(output);
    const text = await readFile(output, 'utf8');
    expect(Buffer.byteLength(text)).toBe(bytes);
    expect(await readdir(directory)).toEqual(['report.html']);
    expect(text).not.toMatch(/<(?:link|script|img|iframe)\b[^>]*\s(?:src|href)="(?!data:)/);
    expect(text).toContain('default-src &#39;none&#39;');
    await report(output);
    expect(await readFile(output, 'utf8')).toBe(text);
  });

  test('that is not finished leaves the older one as it was, and nothing else', async () => {
    const directory = await temporaryDirectory();
    const output = join(directory, 'report.html');
    await writeFile(output, 'older');
    const stop = new AbortController();
    const reason = new Error('enough');
    const summary = await summarizeEvaluation(evaluation.judgments, { resamples: 20 }).result;
    const run = evaluationReport(
      { summary, ...evaluation },
      { output },
      {
        signal: stop.signal,
        onProgress: ({ done }) => {
          if (done === 100) stop.abort(reason);
        },
      },
    );
    await expect(run).rejects.toBe(reason);
    expect(await readdir(directory)).toEqual(['report.html']);
    expect(await readFile(output, 'utf8')).toBe('older');
  });
});

test('a cleaning report shows so many rejects of a reason, as text', async () => {
  const output = join(await temporaryDirectory(), 'cleaning.html');
  const rejects = Array.from({ length: 4 }, (_, number) => ({
    id: `reject-${number}`,
    reason: 'repetition' as const,
    detail: 'it goes on',
    text: '<script>x</script>',
  }));
  const none = {
    'too-short': 0,
    'wrong-format': 0,
    'blocked-words': 0,
    'unparsable-html': 0,
    'duplicate-id': 0,
    'uses-plugin': 0,
    'duplicate-text': 0,
    language: 0,
    'wrong-list-numbering': 0,
  };
  const report = {
    read: 9,
    kept: 5,
    rejected: { ...none, repetition: 4 },
    turns: 10,
    trimmedTurns: 0,
    characters: { read: 900, kept: 500 },
  };
  await cleaningReport({ report, rejects }, { output, examples: 2 });
  const text = await readFile(output, 'utf8');
  expect(text).toContain('reject-1');
  expect(text).not.toContain('reject-2');
  expect(text).toContain('repetition: 2 of 4');
  expect(text).toContain('&lt;script&gt;x&lt;/script&gt;');
});
