import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { OpenAIEndpoint } from '../support/openai-endpoint.js';
import { shellScriptOf } from './support/commands.js';
import { readPages } from './support/page.js';
import { Reader } from './support/reader.js';
import { fileOf, scriptsOf } from './support/script.js';
import { typeErrors } from './support/type-check.js';

const pages = await readPages();

/** What a block may be, and what is done with it. `text` is for people: output, pictures. */
const languages = ['ts', 'sh', 'json', 'yaml', 'text', ''];

describe('code in the docs', () => {
  it('is of a kind that is checked', () => {
    const others = pages.flatMap(({ path, blocks }) =>
      blocks.filter(({ language }) => !languages.includes(language)).map(({ line }) => `${path}:${line}`),
    );
    expect(others).toEqual([]);
  });

  it('has the types of strict TypeScript', { timeout: 120_000 }, () => {
    expect(typeErrors(pages)).toEqual([]);
  });

  it('parses, where it is JSON or YAML', () => {
    let documents = 0;
    for (const { path, blocks } of pages)
      for (const { language, code, line } of blocks) {
        if (language !== 'json' && language !== 'yaml') continue;
        expect(() => (language === 'json' ? JSON.parse(code) : parse(code)), `${path}:${line}`).not.toThrow();
        documents++;
      }
    expect(documents).toBeGreaterThan(1);
  });

  it('is left out only for the reasons that are listed', () => {
    const left = pages.flatMap((page) => shellScriptOf(page).left);
    const kinds = pages.flatMap(({ path, blocks }) =>
      blocks.flatMap(({ note, line, ...block }) => {
        const known =
          note === undefined || note.startsWith('not run: ') || fileOf({ note, line, ...block }) !== undefined;
        return known ? [] : [`${path}:${line}: ${note}`];
      }),
    );
    expect(kinds, 'notes that mean nothing').toEqual([]);
    for (const { place, command, reason } of left) process.stderr.write(`not run: ${place}: ${command} (${reason})\n`);
    const ofOwn = left.filter(({ command }) => /\bvicuna\b/.test(command) && !/^(npm|sky|HF_TOKEN)/.test(command));
    expect(ofOwn.length, 'our own commands that are left out').toBeLessThanOrEqual(4);
  });
});

describe('what a page says works', () => {
  let endpoint: OpenAIEndpoint;
  let reader: Reader;

  beforeAll(async () => {
    endpoint = await OpenAIEndpoint.start(({ path, body }) =>
      path.endsWith('/moderations')
        ? { verdicts: [body.input].flat().map(() => []) }
        : '8 6\nThe first answer says more about the question.',
    );
    reader = await Reader.create(endpoint.baseURL);
  }, 120_000);

  afterAll(async () => {
    await reader[Symbol.asyncDispose]();
    await endpoint[Symbol.asyncDispose]();
  });

  const runnable = pages.filter((page) => {
    const { program, files } = scriptsOf(page);
    return program !== undefined || files.length > 0 || shellScriptOf(page).script !== '';
  });
  it.each(runnable.map((page) => [page.path, page] as const))('%s', { timeout: 180_000 }, async (_, page) => {
    const printed = await reader.follow(page);
    // A table that a page's program prints is on the page, to the digit.
    const lines = page.text.split('\n');
    for (const line of printed.split('\n')) if (line.startsWith('| ')) expect(lines).toContain(line);
  });
});
