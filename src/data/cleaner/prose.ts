const fenceStart = /^[ >]*(?:(?:[-*+]|\d{1,9}[.)])[ ]+)*(`{3,}|~{3,})/;
const fenceEnd = /^[ >]*(`{3,}|~{3,})[ ]*$/;

/** Markdown without its blocks of code, in lists and quotes too. A block that never ends goes to the end. */
export function withoutCode(markdown: string): string {
  if (!markdown.includes('```') && !markdown.includes('~~~')) return markdown;
  let fence: string | undefined;
  return markdown
    .split('\n')
    .filter((line) => {
      if (fence !== undefined) {
        const end = fenceEnd.exec(line)?.[1];
        if (end?.startsWith(fence) === true) fence = undefined;
        return false;
      }
      fence = fenceStart.exec(line)?.[1];
      return fence === undefined;
    })
    .join('\n');
}

/** Markdown's words: without code, formulas, addresses and tags. */
export const proseOf = (markdown: string): string =>
  withoutCode(markdown)
    .replace(/`[^`\n]*`|\$\$[^$]*\$\$|https?:\/\/[^\s)>\]]+|<[^<>\n]*>/g, ' ')
    .replace(/[#*_|~>]+/g, ' ');
