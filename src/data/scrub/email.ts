import type { DetectorSettings, Finding } from './kinds.js';

/** RFC 5321: 64 octets before the `@`, 255 after it. They bound what is looked at around each `@`. */
const longestLocal = 64;
const longestDomain = 255;

const localCharacter = /[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]/u;
const domainCharacter = /[\p{L}\p{N}.-]/u;
/** Labels of letters, digits and inner hyphens, and a last one that no number or version has. */
const domainForm = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]*[\p{L}\p{N}])?\.)+(?:\p{L}{2,24}|xn--[a-z0-9-]{2,40})$/iu;
/** File names such as `icon@2x.png` have the form too. */
const fileEnding = /\.(?:png|jpe?g|gif|svg|webp|ico|css|scss|jsx?|tsx|mjs|cjs|json|html?|xml|ya?ml|txt|pdf|tgz|dll)$/i;
/** RFC 2606 and RFC 6761. */
const documentationDomain = /(?:^|\.)(?:example\.(?:com|org|net|edu)|example|test|invalid|localhost)$/i;

/** E-mail addresses, by their `@`. */
export function* findEmails(text: string, settings: DetectorSettings): Generator<Finding> {
  for (let at = text.indexOf('@'); at >= 0; at = text.indexOf('@', at + 1)) {
    const start = localStart(text, at);
    const domain = domainAfter(text, at);
    if (start === at || domain === '' || text[start - 1] === '@') continue;
    const end = at + 1 + domain.length;
    if (isKept(domain, settings) || isOtherThing(text, start, at, end)) continue;
    yield { kind: 'e-mail', start, end };
  }
}

function localStart(text: string, at: number): number {
  let start = at;
  while (start > 0 && at - start < longestLocal && localCharacter.test(text[start - 1] as string)) start--;
  // What stands in front of an address in running text, markdown and code: quotes, emphasis, `mailto=`.
  const local = text.slice(start, at);
  const assigned = Math.max(local.lastIndexOf('='), local.lastIndexOf('/'), local.lastIndexOf('|')) + 1;
  start += assigned;
  while (start < at && !/[\p{L}\p{N}_+]/u.test(text[start] as string)) start++;
  return start;
}

function domainAfter(text: string, at: number): string {
  let end = at + 1;
  while (end < text.length && end - at <= longestDomain && domainCharacter.test(text[end] as string)) end++;
  while (end > at + 1 && /[.-]/.test(text[end - 1] as string)) end--;
  const domain = text.slice(at + 1, end);
  return domainForm.test(domain) && !fileEnding.test(domain) ? domain : '';
}

function isKept(domain: string, { keepDocumentationValues, keepDomains }: DetectorSettings): boolean {
  if (keepDocumentationValues && documentationDomain.test(domain)) return true;
  const name = domain.toLowerCase();
  return keepDomains.some((kept) => name === kept.toLowerCase() || name.endsWith(`.${kept.toLowerCase()}`));
}

/** `git@host.org:path` is a repository, `weights@inputs.reshape(` a product of matrices, `user@host.org@` no address. */
function isOtherThing(text: string, start: number, at: number, end: number): boolean {
  const next = text[end];
  if (next === '(' || next === '@') return true;
  return text.slice(start, at) === 'git';
}
