import type { Block, Page } from './page.js';

/** A program that blocks of a page make. Its lines are the page's lines, so that its errors name them. */
export interface Script {
  readonly file: string;
  readonly source: string;
}

const importPattern = /^import [^;]*? from '[^']+';$/gms;

/** The file that a note before a block names: `<!-- docs: file train.mts -->`. */
export function fileOf({ note }: Block): string | undefined {
  return note === undefined ? undefined : /^file (\S+)$/.exec(note)?.[1];
}

/**
 * All `ts` blocks of a page, in order, as one program, if there are any; and beside it each block that a note calls a
 * file of its own, as it stands.
 *
 * Each block sees the names of those before it and may take a name anew, since it lies in a scope within theirs: where a
 * fence opens, so does a scope. Imports are brought to the first line.
 */
export function scriptsOf(page: Page): { readonly program: Script | undefined; readonly files: readonly Script[] } {
  const blocks = page.blocks.filter(({ language }) => language === 'ts');
  const together = blocks.filter((block) => fileOf(block) === undefined);
  const files = blocks.flatMap((block) => {
    const file = fileOf(block);
    return file === undefined ? [] : [{ file, source: `${'\n'.repeat(block.line)}${block.code}` }];
  });
  const name = page.path.replace(/^.*\//, '').replace(/\.md$/, '.mts');
  return { program: together.length === 0 ? undefined : { file: name, source: compose(together) }, files };
}

function compose(blocks: readonly Block[]): string {
  const imports: string[] = [];
  const lines: string[] = [];
  for (const { code, line } of blocks) {
    while (lines.length < line - 1) lines.push('');
    const body = code.replaceAll(importPattern, (found) => {
      imports.push(found.replaceAll('\n', ' '));
      return found.replaceAll(/[^\n]/g, '');
    });
    lines.push('{', ...body.trimEnd().split('\n'));
  }
  // The first line of a page is its heading, so it is free; `export {}` makes a module of a program without imports.
  lines[0] = `${mergeImports(imports)} export {};`;
  return `${lines.join('\n')}\n${'}'.repeat(blocks.length)}\n`;
}

/** Blocks that are read on their own repeat imports; a program may not. */
function mergeImports(statements: readonly string[]): string {
  const names = new Map<string, Set<string>>();
  const others = new Set<string>();
  for (const statement of statements) {
    const [, listed, from] = /^import \{(.*)\} from '([^']+)';$/.exec(statement) ?? [];
    if (listed === undefined || from === undefined) {
      others.add(statement);
      continue;
    }
    const known = names.get(from) ?? new Set();
    for (const name of listed.split(',')) if (name.trim() !== '') known.add(name.trim());
    names.set(from, known);
  }
  const merged = [...names].map(([from, listed]) => `import { ${[...listed].join(', ')} } from '${from}';`);
  return [...others, ...merged].join(' ');
}
