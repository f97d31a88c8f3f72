// Claim: a report of 10,000 judgments opens in a browser in less than 2 s. From the click on the file until the first
// question with both answers stands there and the list answers a key; beside it, the same page without a judgment. Needs
// a Chromium: /usr/bin/chromium, or the one that VICUNA_CHROMIUM names.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { evaluationReport, summarizeEvaluation } from '../src/report/index.js';
import { type Evaluation, madeUpEvaluation } from '../test/support/evaluation.js';
import { alternate, summarise } from './support/measure.js';

const directory = await mkdtemp(join(tmpdir(), 'vicuna-report-'));
try {
  const large = await written('large', madeUpEvaluation(5000, { judges: ['one', 'two'] }));
  const small = await written('small', madeUpEvaluation(1));
  const executablePath = process.env.VICUNA_CHROMIUM ?? '/usr/bin/chromium';
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  try {
    const open = (file: string) => async () => {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      const started = performance.now();
      await page.goto(pathToFileURL(file).href, { waitUntil: 'commit' });
      await page.locator('#detail .answer').first().waitFor();
      const seconds = (performance.now() - started) / 1000;
      await page.close();
      return seconds;
    };
    const figures = await alternate({ '10,000 judgments': open(large), '1 judgment': open(small) }, { rounds: 9 });
    for (const [name, seconds] of Object.entries(figures)) {
      const { minimum, median } = summarise(seconds);
      const largest = Math.max(...seconds);
      console.log(`${name}: median ${median.toFixed(2)} s, ${minimum.toFixed(2)} to ${largest.toFixed(2)} s`);
    }
  } finally {
    await browser.close();
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}

async function written(name: string, evaluation: Evaluation): Promise<string> {
  const summary = await summarizeEvaluation(evaluation.judgments, { resamples: 100 }).result;
  const output = join(directory, `${name}.html`);
  const before = process.memoryUsage().rss;
  const started = performance.now();
  await evaluationReport({ summary, ...evaluation }, { output });
  const seconds = (performance.now() - started) / 1000;
  const { size } = await stat(output);
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  console.log(
    `${evaluation.judgments.length} judgments: ${(size / 1e6).toFixed(1)} MB written in ${seconds.toFixed(1)} s, ${grown.toFixed(0)} MB more memory`,
  );
  return output;
}
