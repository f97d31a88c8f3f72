// Bundles what runs in a browser: every folder src/**/page with a main.ts and a main.css becomes page.generated.ts beside
// it, one string of JavaScript and one of CSS, ready to be put into a page. The generated file is committed, so that it is
// there from sources and in the package alike; the build writes it anew, and a test fails where it is stale.
//
//   node scripts/build-pages.mjs
import { readdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const script = fileURLToPath(import.meta.url);
const root = dirname(dirname(script));

/** Browsers that have what the pages use: DecompressionStream, light-dark(). */
const TARGET = ['chrome123', 'firefox121', 'safari17.5'];

/** @returns for each page the file that is generated, and what belongs into it */
export async function bundlePages() {
  const pages = [];
  for (const folder of pageFolders(join(root, 'src')))
    pages.push({ path: relative(root, join(dirname(folder), 'page.generated.ts')), content: await bundle(folder) });
  return pages;
}

async function bundle(folder) {
  const code = await bundled(join(folder, 'main.ts'));
  const style = await bundled(join(folder, 'main.css'));
  return [
    '// Made by scripts/build-pages.mjs from the folder `page`: change that, then run `npm run build:pages`.\n',
    `export const pageScript =\n  ${JSON.stringify(code)};\n`,
    `export const pageStyle =\n  ${JSON.stringify(style)};\n`,
  ].join('\n');
}

async function bundled(entry) {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    minify: true,
    format: 'iife',
    target: TARGET,
    charset: 'utf8',
    legalComments: 'none',
    tsconfigRaw: {},
  });
  return outputFiles[0].text.trim();
}

function pageFolders(source) {
  return readdirSync(source, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.name === 'main.ts' && basename(entry.parentPath) === 'page')
    .map((entry) => entry.parentPath)
    .sort();
}

if (process.argv[1] === script) {
  for (const { path, content } of await bundlePages()) {
    writeFileSync(join(root, path), content);
    console.log(`${path} (${(content.length / 1024).toFixed(0)} KB)`);
  }
}
