import { join } from 'node:path';
import ts from 'typescript';
import { projectDirectory } from '../../support/shared-data.js';
import type { Page } from './page.js';
import { scriptsOf } from './script.js';

/** Type errors in the programs of pages under the project's own strict settings, each with page and line. */
export function typeErrors(pages: readonly Page[]): string[] {
  const { options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile(join(projectDirectory, 'tsconfig.json'), ts.sys.readFile).config,
    ts.sys,
    projectDirectory,
  );
  const sources = new Map<string, { readonly page: string; readonly source: string }>();
  for (const page of pages) {
    const { program, files } = scriptsOf(page);
    for (const { file, source } of program === undefined ? files : [program, ...files])
      sources.set(join(projectDirectory, 'test/docs/of', page.path, file), { page: page.path, source });
  }
  // A page ends where it has said what it wanted to say: what it made there is used by nobody.
  const settings = { ...options, noUnusedLocals: false, noUnusedParameters: false };
  const host = ts.createCompilerHost(settings);
  const { fileExists, readFile, getSourceFile, directoryExists } = host;
  host.fileExists = (name) => sources.has(name) || fileExists.call(host, name);
  host.directoryExists = (name) =>
    [...sources.keys()].some((known) => known.startsWith(`${name}/`)) || directoryExists?.call(host, name) === true;
  host.readFile = (name) => sources.get(name)?.source ?? readFile.call(host, name);
  host.getSourceFile = (name, ...rest) => {
    const held = sources.get(name);
    if (held === undefined) return getSourceFile.call(host, name, ...rest);
    return ts.createSourceFile(name, held.source, rest[0], true);
  };
  const program = ts.createProgram([...sources.keys()], settings, host);
  return [...sources].flatMap(([name, { page }]) => {
    const file = program.getSourceFile(name);
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map((found) => {
      const line = (file?.getLineAndCharacterOfPosition(found.start ?? 0).line ?? 0) + 1;
      return `${page}:${line}: ${ts.flattenDiagnosticMessageText(found.messageText, ' ')}`;
    });
  });
}
