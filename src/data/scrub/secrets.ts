import type { DetectorSettings, Finding } from './kinds.js';

/**
 * Forms of keys that services give out, each with a prefix of its own. They begin at the edge of a word and end greedily,
 * so no character is looked at from two beginnings.
 */
const keyForms = new RegExp(
  `(?<![\\w-])(?:${[
    'sk-(?:proj-|svcacct-|admin-|or-v1-|ant-[a-z0-9]{2,10}-)?[A-Za-z0-9_-]{20,}', // OpenAI, Anthropic, OpenRouter
    '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![A-Za-z0-9])', // AWS
    'gh[pousr]_[A-Za-z0-9]{36,}', // GitHub
    'github_pat_[A-Za-z0-9_]{22,}',
    'glpat-[A-Za-z0-9_-]{20,}', // GitLab
    'AIza[A-Za-z0-9_-]{35}(?![A-Za-z0-9_-])', // Google
    'ya29\\.[A-Za-z0-9_-]{20,}',
    'GOCSPX-[A-Za-z0-9_-]{20,}',
    'xox[abeoprs]-[A-Za-z0-9-]{10,}', // Slack
    'xapp-[A-Za-z0-9-]{20,}',
    '[sr]k_(?:live|test)_[A-Za-z0-9]{16,}', // Stripe
    'whsec_[A-Za-z0-9+/]{20,}',
    'hf_[A-Za-z0-9]{30,}', // Hugging Face
    'npm_[A-Za-z0-9]{36}(?![A-Za-z0-9])',
    'pypi-[A-Za-z0-9_-]{50,}',
    'dop_v1_[a-f0-9]{64}', // DigitalOcean
    'SG\\.[A-Za-z0-9_-]{16,}\\.[A-Za-z0-9_-]{16,}', // SendGrid
    'eyJ[A-Za-z0-9_-]{8,}\\.eyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]{8,}', // JSON Web Token
  ].join('|')})`,
  'g',
);

/** `api_key = "…"`, `Authorization: Bearer …`. What is between name and value is bounded. */
const assigned =
  /(?:api[_-]?key|access[_-]?key|secret[_-]?key|client[_-]?secret|auth[_-]?token|access[_-]?token|(?:^|[\s"'`_-])secret|(?:^|[\s"'`_-])token|passwd|password|bearer)["'`]{0,1}(?:\s{0,4}(?:=>|:=|[:=])\s{0,4}|\s{1,4})["'`]{0,1}(?:Bearer )?([A-Za-z0-9+/_=.~-]{20,})/gi;

const privateKey = /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g;
/** What follows such a header: lines of base64, a PGP block's own headers, line breaks that may be escaped; its end. */
const privateKeyBody =
  /(?:[\s"'+]|\\[nr]|[A-Za-z-]{3,20}: [^\n]{0,100}\n|[A-Za-z0-9+/=]{20,})*(?:[A-Za-z0-9+/=]{0,64}(?:\s|\\[nr]){0,4}-----END [A-Z0-9 ]{1,60}-----)?/y;

const documentationKey = /EXAMPLE|x{6,}|X{6,}|\*{4}|your|1234567890abcdef|abcdef1234567890|(.)\1{9}/i;

/** Keys and tokens, with values that are assigned to a name for one. */
export function* findApiKeys(text: string, { keepDocumentationValues }: DetectorSettings): Generator<Finding> {
  const isReal = (value: string, fewestDigits = 2) =>
    looksRandom(value, fewestDigits) && !(keepDocumentationValues && documentationKey.test(value));
  // The names of style sheets' classes begin with sk- too.
  for (const { index: start, 0: key } of text.matchAll(keyForms))
    if (isReal(key, key.startsWith('sk-') ? 2 : 1)) yield { kind: 'api-key', start, end: start + key.length };
  for (const { index, 0: whole, 1: value = '' } of text.matchAll(assigned)) {
    const end = index + whole.length;
    if (isReal(value)) yield { kind: 'api-key', start: end - value.length, end };
  }
}

/** Words joined by hyphens have few digits; names of variables have none. */
function looksRandom(value: string, fewestDigits: number): boolean {
  const digits = value.match(/\d/g)?.length ?? 0;
  return digits >= fewestDigits && /[A-Za-z]/.test(value) && new Set(value).size >= 10 && !/^[\d.]+$/.test(value);
}

/** Blocks of private keys, whole or cut off. */
export function* findPrivateKeys(text: string): Generator<Finding> {
  let end = 0;
  for (const { index: start, 0: header } of text.matchAll(privateKey)) {
    if (start < end) continue;
    privateKeyBody.lastIndex = start + header.length;
    const body = (privateKeyBody.exec(text)?.[0] ?? '').trimEnd();
    end = start + header.length + body.length;
    // A header with nothing behind it is prose about keys.
    if (body.replace(/\s|-----.*/g, '').length >= 16) yield { kind: 'private-key', start, end };
  }
}

/** Longest user name and password that are looked at in a URL. */
const longestPart = 256;
const documentationPassword =
  /^(?:\$?[<{[(%].*|\*+|x+|pass(?:word|wd)?|pwd|pw|secret|user(?:name)?|your.*|changeme|example|token)$/i;

/** Passwords in URLs, `scheme://user:password@host`. */
export function* findUrlPasswords(text: string, { keepDocumentationValues }: DetectorSettings): Generator<Finding> {
  for (let at = text.indexOf('://'); at >= 0; at = text.indexOf('://', at + 3)) {
    const part = text.slice(at + 3, at + 3 + 2 * longestPart);
    const authority = /^[^\s/?#"'`<>]*/.exec(part)?.[0] ?? '';
    const end = authority.lastIndexOf('@');
    const colon = authority.indexOf(':');
    if (colon < 0 || end <= colon + 1 || !/[\p{L}\p{N}]/u.test(authority[end + 1] ?? '')) continue;
    const password = authority.slice(colon + 1, end);
    if (keepDocumentationValues && documentationPassword.test(password)) continue;
    yield { kind: 'password', start: at + 3 + colon + 1, end: at + 3 + end };
  }
}
