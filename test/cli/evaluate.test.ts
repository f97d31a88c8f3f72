import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { OpenAIEndpoint } from '../support/openai-endpoint.js';
import { temporaryDirectory } from '../support/temporary.js';
import { vicuna } from './support/command.js';

const questions = [
  { id: 'q1', category: 'generic', turns: ['Why is the sky blue?'] },
  { id: 'q2', category: 'writing', turns: ['Write a line about rain.'] },
];

/** An endpoint with two models that answer and one that judges: whoever wrote more wins. */
async function endpoint(): Promise<OpenAIEndpoint> {
  const server = await OpenAIEndpoint.start(({ body }) => {
    const { model, messages } = body as { model: string; messages: { content: string }[] };
    if (model !== 'judge') return model === 'long' ? 'A long and thorough answer.' : 'Short.';
    const shown = messages.map(({ content }) => content).join('\n');
    return shown.indexOf('A long and thorough') < shown.indexOf('Short.') ? '9 5\nThe first.' : '5 9\nThe second.';
  });
  onTestFinished(() => server[Symbol.asyncDispose]());
  return server;
}

async function place() {
  const directory = await temporaryDirectory();
  const file = (name: string) => join(directory, name);
  await writeFile(file('questions.jsonl'), questions.map((question) => `${JSON.stringify(question)}\n`).join(''));
  return file;
}

describe('vicuna answers, judge and report', () => {
  it('go from questions to a report, and pay for nothing twice', async () => {
    const server = await endpoint();
    const file = await place();
    const common = ['-q', file('questions.jsonl')];
    const answers = [
      'answers',
      `${server.baseURL}#short`,
      `${server.baseURL}#long`,
      ...common,
      '-o',
      file('answers.jsonl'),
    ];
    expect(await vicuna(answers)).toMatchObject({
      code: 0,
      output: '',
      errors: expect.stringContaining('4 answers are in'),
    });
    expect((await vicuna(answers)).errors).toContain('4 of them from before');
    expect(server.paidCalls).toBe(4);

    const judge = [
      'judge',
      file('answers.jsonl'),
      '-j',
      `${server.baseURL}#judge`,
      ...common,
      '-o',
      file('judgments.jsonl'),
    ];
    expect(await vicuna(judge)).toMatchObject({ code: 0, errors: expect.stringContaining('2 judgments are in') });
    expect((await vicuna(judge)).errors).toContain('2 of them from before');
    expect(server.paidCalls).toBe(8);

    const report = await vicuna([
      ...['report', 'evaluation', file('judgments.jsonl'), ...common, '-a', file('answers.jsonl')],
      ...['-o', file('report.html'), '--json', file('report.json'), '--markdown', '-'],
    ]);
    expect(report).toMatchObject({ code: 0, errors: '' });
    expect(report.output).toContain('report.html');
    expect(report.output).toMatch(/\|.*short.*\|/);
    expect(JSON.parse(await readFile(file('report.json'), 'utf8'))).toMatchObject({
      pairs: [{ models: { a: 'short', b: 'long' }, overall: { outcomes: { wins: 0, losses: 2, ties: 0 } } }],
    });
    expect(await readFile(file('report.html'), 'utf8')).toContain('<!doctype html>');
  });

  it('stop at a budget, say so, and go on with a larger one', async () => {
    const server = await endpoint();
    const file = await place();
    const answers = ['answers', `${server.baseURL}#long`, '-q', file('questions.jsonl'), '-o', file('a.jsonl')];
    const stopped = await vicuna([...answers, '--max-budget-tokens', '1', '--concurrency', '1']);
    expect(stopped.errors).toMatch(/long was stopped \(budget-exceeded\) with 2 questions left/);
    expect(stopped.errors).toContain('Run the same command again');
    expect((await vicuna(answers)).errors).toContain('2 answers are in');
  });

  it('name what is wrong with a command, and what to do', async () => {
    const file = await place();
    vi.stubEnv('OPENAI_API_KEY', '');
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    expect(await vicuna(['answers'])).toMatchObject({
      code: 2,
      errors: expect.stringContaining("missing required argument 'models'"),
    });
    expect(await vicuna(['judgee'])).toMatchObject({ code: 2, errors: expect.stringContaining('Did you mean judge?') });
    const nameless = await vicuna(['answers', 'http://localhost:1/v1']);
    expect(nameless).toMatchObject({ code: 1, errors: expect.stringMatching(/config-invalid[\s\S]*names no model/) });
    const keyless = await vicuna(['answers', 'openai:gpt-4o', '-o', file('a.jsonl')]);
    expect(keyless).toMatchObject({ code: 1, errors: expect.stringContaining('OPENAI_API_KEY') });
    const missing = await vicuna(['report', 'evaluation', file('none.jsonl'), '-o', file('r.html')]);
    expect(missing).toMatchObject({ code: 1, errors: expect.stringMatching(/file-unreadable.*none\.jsonl/) });
    expect(await vicuna(['judge', 'x.jsonl', '-j', 'openai:gpt-4o', '-m', 'best'])).toMatchObject({
      code: 2,
      errors: expect.stringContaining('Allowed choices are scores, verdict, single'),
    });
  });

  it('keep what they have when they are interrupted', async () => {
    const file = await place();
    const interrupt = new AbortController();
    const server = await OpenAIEndpoint.start(({ call }) => {
      if (call === 0) return 'First.';
      setTimeout(() => interrupt.abort(new DOMException('Interrupted.', 'AbortError')), 50);
      return { fault: 'stall' };
    });
    onTestFinished(() => server[Symbol.asyncDispose]());
    const answers = [
      'answers',
      `${server.baseURL}#m`,
      '-q',
      file('questions.jsonl'),
      '-o',
      file('a.jsonl'),
      '--concurrency',
      '1',
    ];
    expect(await vicuna(answers, { signal: interrupt.signal })).toMatchObject({
      code: 130,
      errors: expect.stringContaining('What was finished is kept'),
    });
    expect(await readFile(file('a.jsonl'), 'utf8')).toContain('First.');
  });
});

describe('vicuna chat', () => {
  it('answers line by line, remembers, and forgets when told to', async () => {
    const server = await OpenAIEndpoint.start(({ body }) => `I have read ${(body.messages as unknown[]).length}.`);
    onTestFinished(() => server[Symbol.asyncDispose]());
    const { code, output } = await vicuna(['chat', `${server.baseURL}#m`, '--system', 'Count.'], {
      input: 'one\ntwo\n/clear\nthree\n/exit\nnever\n',
    });
    expect(code).toBe(0);
    // Piped in and out: replies, and nothing else.
    expect(output).toBe('I have read 2.\nI have read 4.\nI have read 2.\n');
  });
});
