import type { HtmlElement } from './element.js';

/** The language that a `class` names: `language-x` of the HTML Standard, `lang-x`, or highlight.js' `hljs x`. */
export function languageOfClass(element: HtmlElement): string | undefined {
  const { classes } = element;
  if (classes === '') return undefined;
  const named = / lang(?:uage)?-(\S+) /.exec(classes)?.[1] ?? / hljs ([a-z][\w+#-]*) $/.exec(classes)?.[1];
  return named === undefined || named === 'undefined' || named === 'none' ? undefined : named;
}

/** Names a header shows, where they are not the language's identifier in another case. */
const identifiers: ReadonlyMap<string, string> = new Map([
  ['c++', 'cpp'],
  ['c#', 'csharp'],
  ['f#', 'fsharp'],
  ['objective-c', 'objectivec'],
  ['objective-c++', 'objectivecpp'],
  ['visual basic', 'vb'],
  ['visual basic .net', 'vbnet'],
  ['plain text', 'text'],
  ['plaintext', 'text'],
  ['shell session', 'console'],
  ['emacs lisp', 'elisp'],
  ['common lisp', 'lisp'],
  ['vim script', 'vim'],
  ['protocol buffers', 'protobuf'],
]);

/** One-word labels of buttons and outputs drawn as plain text; labels in other scripts are no language anyway. */
const otherLabels = new Set(
  (
    'copy copied copier copiar copia copiado copie kopieren kopieer kopiuj kopyala kopiera kopier kopioi salin ' +
    'run edit code output result stdout stderr'
  ).split(' '),
);

/**
 * The language that a text in a code block's header names, if it does: one word of Latin letters, digits and `+#.-`,
 * or one of the known longer names. Everything else there is a label in some interface language.
 */
export function languageOfLabel(label: string): string | undefined {
  const name = label.toLowerCase();
  const known = identifiers.get(name);
  if (known !== undefined) return known;
  return /^[a-z][a-z\d+#.-]{0,29}$/.test(name) && !otherLabels.has(name) ? name : undefined;
}
