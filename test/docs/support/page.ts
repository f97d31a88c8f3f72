import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import MarkdownIt from 'markdown-it';
import { projectDirectory } from '../../support/shared-data.js';

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly code: string;
  /** Of the fence, counted from 1; the code begins on the next. */
  readonly line: number;
  /** What an HTML comment right before the block says about it: `<!-- docs: … -->`. */
  readonly note: string | undefined;
}

export interface Page {
  /** Relative to the project. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly Block[];
}

const markdown = new MarkdownIt({ html: true });
const notePattern = /^<!-- docs: (.+?) -->\s*$/;

/** The pages whose code readers copy. */
export async function readPages(): Promise<readonly Page[]> {
  const names = (await readdir(join(projectDirectory, 'docs'))).filter((name) => name.endsWith('.md')).sort();
  return Promise.all(['README.md', ...names.map((name) => `docs/${name}`)].map(readPage));
}

export async function readPage(path: string): Promise<Page> {
  const text = await readFile(join(projectDirectory, path), 'utf8');
  return { path, text, blocks: blocksOf(text) };
}

export function blocksOf(text: string): Block[] {
  const tokens = markdown.parse(text, {});
  return tokens.flatMap((token, index) => {
    if (token.type !== 'fence' || token.map === null) return [];
    const before = tokens[index - 1];
    const note = before?.type === 'html_block' ? notePattern.exec(before.content)?.[1] : undefined;
    return [{ language: token.info.trim(), code: token.content, line: token.map[0] + 1, note }];
  });
}
