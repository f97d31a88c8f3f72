import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { trainingReport } from '../../../src/report/index.js';
import { TrainingHistory } from '../../../src/report/training/history.js';
import { readEvents } from '../../../src/report/training/read-events.js';
import { TrainingDivergedError } from '../../../src/train/index.js';
import { temporaryDirectory } from '../../support/temporary.js';
import { trainingEvents } from '../../support/training-events.js';

const historyOf = (events: ReturnType<typeof trainingEvents>) => TrainingHistory.of(readEvents(events, undefined));

describe('the history of a training', () => {
  test('counts steps that were taken again once, as they were the second time', async () => {
    const events = trainingEvents({ steps: 60, stopsAt: 45, resumesAt: 30 });
    const again = events.findLast((event) => event.type === 'step-end' && event.step === 40)!;
    events[events.indexOf(again)] = { ...again, loss: 9 } as typeof again;
    const history = await historyOf(events);
    expect([...history.steps.column('step')]).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
    expect(history.steps.column('loss')[39]).toBe(9);
    expect(history.resumes).toEqual([{ step: 30, repeated: 15 }]);
    expect(history.evaluations.map(({ step }) => step)).toEqual([10, 20, 30, 40, 50, 60]);
    expect(history.checkpoints.map(({ step }) => step)).toEqual([10, 20, 30, 40, 50, 60]);
    expect(history.end?.steps).toBe(60);
  });

  test('grows to any number of steps', async () => {
    expect((await historyOf(trainingEvents({ steps: 5000 }))).steps.column('loss')).toHaveLength(5000);
  });
});

describe('a training report', () => {
  async function reportOf(lines: readonly string[], options: Parameters<typeof trainingReport>[2] = {}) {
    const directory = await temporaryDirectory();
    const log = join(directory, 'events.jsonl');
    await writeFile(log, lines.join('\n'));
    const output = join(directory, 'training.html');
    const { path, bytes } = await trainingReport(log, { output, createdAt: new Date(0) }, options);
    expect(path).toBe(output);
    const text = await readFile(output, 'utf8');
    expect(Buffer.byteLength(text)).toBe(bytes);
    return text;
  }
  const linesOf = (training: Parameters<typeof trainingEvents>[0]) =>
    trainingEvents(training).map((event) => JSON.stringify(event));

  test('is the same for the same log', async () => {
    const lines = linesOf({ steps: 60 });
    expect(await reportOf(lines)).toBe(await reportOf(lines));
  });

  test('reads a log that is torn at its end and damaged in its middle, and says so', async () => {
    const lines = linesOf({ steps: 40 });
    lines[10] = '{"type":"step-end","step":"x"}';
    lines.push('{"type":"step-e');
    const text = await reportOf(lines);
    expect(text).toContain("2 of the log's lines could not be read");
    expect(text).toContain('events.jsonl:11');
    expect(text).toContain('Finished after 40 steps.');
  });

  test('says where a training stands that has not ended', async () => {
    expect(await reportOf(linesOf({ steps: 40, stopsAt: 25 }))).toContain('The log ends after step 25 of 40');
    expect(await reportOf([])).toContain('The log ends after step 0');
  });

  test('marks where training diverged', async () => {
    const failure = new TrainingDivergedError({ step: 26, loss: Number.NaN, conversations: ['<b>bad</b>'] });
    const text = await reportOf(linesOf({ steps: 40, stopsAt: 25 }), { failure });
    expect(text).toContain('Failed after step 25 of 40.');
    expect(text).toContain('&lt;b&gt;bad&lt;/b&gt;');
    expect(text).toContain('>diverged</text>');
    const broken = linesOf({ steps: 40, stopsAt: 25 })
      .with(-1, '')
      .concat(
        '{"type":"step-end","step":26,"epoch":1,"loss":null,"gradientNorm":1,"learningRate":1,"tokens":1,"supervisedTokens":1,"tokensPerSecond":1}',
      );
    expect(await reportOf(broken)).toContain('no number at step 26');
  });

  test('draws in colours of the page, so that one drawing serves both themes', async () => {
    const text = await reportOf(linesOf({ steps: 60 }));
    const drawings = text.match(/<svg class="(?:wide|narrow|small)"[\s\S]*?<\/svg>/g)!;
    expect(drawings).toHaveLength(6);
    for (const drawing of drawings.map((one) => one.replace(/<clipPath[\s\S]*?<\/clipPath>/g, ''))) {
      expect(drawing).toMatch(/<title id="[^"]+">/);
      expect(drawing).not.toMatch(/#[0-9a-f]{3,6}"|rgb\(|style=|<style/i);
    }
  });

  test('shows what the model answered while it learned, a table a question, and nothing of it as markup', async () => {
    const sample = (step: number, index: number, reply: string) =>
      JSON.stringify({
        type: 'sample',
        step,
        index,
        prompt: [{ role: 'user', content: `Question ${index}?` }],
        reply,
        finishReason: 'length',
      });
    const lines = linesOf({ steps: 30 });
    const samples = Array.from({ length: 30 }, (_, step) => sample(step + 1, 0, `Answer of step ${step + 1}.`));
    const text = await reportOf([...lines.slice(0, -1), ...samples, sample(30, 1, '<b>Bold.</b>'), lines.at(-1)!]);
    for (const shown of ['Question 0?', 'Question 1?', 'Answer of step 1.', 'Answer of step 30.', '(cut off)'])
      expect(text).toContain(shown);
    expect(text.match(/Answer of step/g)).toHaveLength(12);
    expect(text).toContain('&lt;b&gt;Bold.&lt;/b&gt;');
  });

  test('tells a failure that the log holds, and how much of the peak was used', async () => {
    const fail = JSON.stringify({ type: 'train-fail', step: 25, code: 'training-diverged', message: 'It <diverged>.' });
    const text = await reportOf([...linesOf({ steps: 40, stopsAt: 25 }), fail]);
    expect(text).toContain('Failed after step 25 of 40.');
    expect(text).toContain('It &lt;diverged&gt;.');
    expect(text).toContain('>diverged</text>');
    expect(text).toMatch(/FLOP utilisation<\/span><span class="value">50%/);
    const unknown = linesOf({ steps: 40 }).map((line) => line.replace('"flopUtilisation":0.5,', ''));
    expect(await reportOf(unknown)).not.toContain('FLOP utilisation');
  });

  test('refuses settings by name', async () => {
    await expect(trainingReport([], { output: '' })).rejects.toThrow(/output/);
    await expect(trainingReport([], { output: 'x.html', smoothing: 0 })).rejects.toThrow(/smoothing/);
  });
});
