import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import MarkdownIt from 'markdown-it';
import { describe, expect, it } from 'vitest';
import { projectDirectory } from '../support/shared-data.js';

/** Sites that somebody has looked at. Nothing is asked for here: a test has no network. */
const reviewedSites = [
  'lmsys.org',
  'docs.skypilot.co',
  'github.com',
  'docs.axolotl.ai',
  'huggingface.co',
  'docs.vllm.ai',
  'arxiv.org',
  'keepachangelog.com',
  'semver.org',
];

const markdown = new MarkdownIt({ html: true });

interface Document {
  readonly path: string;
  readonly anchors: ReadonlySet<string>;
  readonly links: readonly string[];
}

async function readDocument(path: string): Promise<Document> {
  const tokens = markdown.parse(await readFile(join(projectDirectory, path), 'utf8'), {});
  const anchors = new Set<string>();
  const links: string[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.type === 'heading_open') anchors.add(anchorOf(tokens[index + 1]?.content ?? '', anchors));
    for (const child of token.children ?? []) {
      const link = child.attrGet('href') ?? child.attrGet('src');
      if (link !== null) links.push(String(link));
    }
    if (token.type === 'html_block' || token.type === 'inline')
      for (const [, link = ''] of token.content.matchAll(/(?:src|srcset|href)="([^"]+)"/g)) links.push(link);
  }
  return { path, anchors, links };
}

/** As GitHub makes them: lower case, punctuation gone, spaces as hyphens, repetitions numbered. */
function anchorOf(heading: string, taken: ReadonlySet<string>): string {
  const slug = heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\p{M}\p{Pc} -]/gu, '')
    .replaceAll(' ', '-');
  for (let count = 0; ; count++) {
    const anchor = count === 0 ? slug : `${slug}-${count}`;
    if (!taken.has(anchor)) return anchor;
  }
}

const docs = (await readdir(join(projectDirectory, 'docs'))).filter((name) => name.endsWith('.md'));
const paths = ['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', ...docs.map((name) => `docs/${name}`)];
const documents = new Map<string, Document>();
for (const path of paths) documents.set(path, await readDocument(path));

describe('links of the docs', () => {
  it.each(paths)('%s leads somewhere', (path) => {
    const broken = documents.get(path)!.links.filter((link) => !leadsSomewhere(path, link));
    expect(broken).toEqual([]);
  });

  it('reach every page from the index', () => {
    const index = documents.get('docs/README.md')!.links.map((link) => link.split('#')[0]);
    expect(docs.filter((name) => name !== 'README.md' && !index.includes(name))).toEqual([]);
  });
});

function leadsSomewhere(from: string, link: string): boolean {
  if (/^[a-z]+:/.test(link)) {
    const url = URL.canParse(link) ? new URL(link) : undefined;
    return url?.protocol === 'https:' && reviewedSites.includes(url.hostname);
  }
  const [file = '', anchor] = link.split('#');
  const target = file === '' ? from : relative(projectDirectory, join(projectDirectory, dirname(from), file));
  if (!existsSync(join(projectDirectory, target))) return false;
  return anchor === undefined || documents.get(target)?.anchors.has(anchor) === true;
}

describe('links in docstrings', () => {
  it('name something that is exported', async () => {
    const names = (await readdir(join(projectDirectory, 'src'), { recursive: true })).filter(
      (name) => name.endsWith('.ts') && !name.endsWith('generated.ts'),
    );
    const sources = await Promise.all(names.map((name) => readFile(join(projectDirectory, 'src', name), 'utf8')));
    const declaration =
      /^\s*(?:export )?(?:declare |abstract |async )*(?:class|function\*?|const|interface|type) (\w+)/gm;
    const declared = new Set(sources.flatMap((source) => [...source.matchAll(declaration)].map(([, name]) => name)));
    const broken = sources.flatMap((source, index) =>
      [...source.matchAll(/\{@link (\w+)/g)]
        .filter(([, target = '']) => target !== 'https' && !declared.has(target) && !isMember(source, target))
        .map(([link]) => `${names[index]}: ${link}`),
    );
    expect(broken).toEqual([]);
  });
});

/** A member of something in the same file. */
function isMember(source: string, name: string): boolean {
  return new RegExp(`^ +(?:static |async |readonly )*${name}\\??[(:]`, 'm').test(source);
}
