const fencedBlock = /^([ \t>]*(?:[-*+]|\d{1,9}[.)])?[ \t]*)(`{3,}|~{3,})[^\n]*\n(?:[^]*?\n)??[ \t>]*\2[`~]*[ \t]*$/gm;

/** Markdown without its blocks of code. */
export const withoutCode = (markdown: string): string => markdown.replace(fencedBlock, '');

/** Markdown's words: without code, formulas, addresses and tags. */
export const proseOf = (markdown: string): string =>
  withoutCode(markdown)
    .replace(/`[^`\n]*`|\$\$[^$]*\$\$|https?:\/\/[^\s)>\]]+|<[^<>\n]*>/g, ' ')
    .replace(/[#*_|~>]+/g, ' ');
