// Claim: a report of 10,000 judgments opens in a browser in less than 2 s. From the click on the file until the first
// question with both answers stands there; beside it, the same page with one judgment. Answers and explanations are as long
// as those of the reviews of 2023, of words drawn at random, so that they pack no better than prose. Needs a Chromium:
// /usr/bin/chromium, or the one that VICUNA_CHROMIUM names.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { Random } from '../src/core/index.js';
import { evaluationReport, summarizeEvaluation } from '../src/report/index.js';
import { type Evaluation, madeUpEvaluation } from '../test/support/evaluation.js';
import { alternate, summarise } from './support/measure.js';

const random = Random.fromSeed(1, 'prose');
const directory = await mkdtemp(join(tmpdir(), 'vicuna-report-'));
try {
  const large = await written('large', withProse(madeUpEvaluation(5000, { judges: ['one', 'two'] })));
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

/** About as long as what GPT-4 judged and said in 2023, in characters. */
function withProse({ questions, answers, judgments }: Evaluation): Evaluation {
  const answerLength = 1400;
  const explanationLength = 700;
  return {
    questions,
    answers: answers.map((answer) => ({ ...answer, turns: [prose(answerLength)] })),
    judgments: judgments.map((judgment) =>
      judgment.type === 'single'
        ? judgment
        : {
            ...judgment,
            replies: judgment.replies.map((reply) =>
              reply.reading.kind === 'unparsed'
                ? reply
                : { ...reply, reading: { ...reply.reading, explanation: prose(explanationLength) } },
            ),
          },
    ),
  };
}

function prose(length: number): string {
  let text = '';
  while (text.length < length) {
    const letters = 2 + Math.floor(random.uniform() * 8);
    // The square of a uniform number prefers some letters, as languages do.
    for (let letter = 0; letter < letters; letter++)
      text += String.fromCharCode(97 + Math.floor(26 * random.uniform() ** 2));
    text += random.uniform() < 0.1 ? '.\n\n- ' : ' ';
  }
  return text;
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
    `${evaluation.judgments.length} judged: ${(size / 1e6).toFixed(1)} MB written in ${seconds.toFixed(1)} s, ${grown.toFixed(0)} MB more memory`,
  );
  return output;
}
