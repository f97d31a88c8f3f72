import { TokenizerError } from './errors.js';
import { parseTokenizerJson } from './files.js';
import type { MarkedText } from './types.js';

// The native library takes a special token wherever its text stands and cannot be told otherwise. So that a user's
// `</s>` stays text, a second tokenizer is made whose special tokens are spelled in Unicode noncharacters, which no
// proper text contains; then only what we mark is spelled so. Each spelling is as long as what it replaces, so offsets
// need no correction, and none is the start of another, since each ends in the terminator and holds it nowhere else. A
// message that holds noncharacters itself loses them, lest it spell a token; always, so that a text is tokenised the same
// whatever else stands around it.
const FIRST_DIGIT = 0xfdd0;
const TERMINATOR = 0xfdef;
const DIGITS = TERMINATOR - FIRST_DIGIT;
const noncharacters = /[\ufdd0-\ufdef]/g;
const REPLACEMENT = '\ufffd';

/** A spelling of each special token in noncharacters, as long as the token's own text. */
export function spellSpecialTokens(specialTokens: Iterable<string>): Map<string, string> {
  const spellings = new Map<string, string>();
  const used = new Map<number, number>();
  for (const text of specialTokens) {
    const index = used.get(text.length) ?? 0;
    used.set(text.length, index + 1);
    let rest = index;
    let digits = '';
    for (let place = 1; place < text.length; place++) {
      digits += String.fromCharCode(FIRST_DIGIT + (rest % DIGITS));
      rest = Math.floor(rest / DIGITS);
    }
    if (rest > 0)
      throw new TokenizerError(undefined, `The tokenizer has too many special tokens of ${text.length} characters.`);
    spellings.set(text, digits + String.fromCharCode(TERMINATOR));
  }
  return spellings;
}

/** A `tokenizer.json` whose special tokens are spelled otherwise; ids and everything else stay. */
export function respellTokenizerJson(source: string, spellings: ReadonlyMap<string, string>): string {
  const json = parseTokenizerJson(source, 'tokenizer.json');
  const respell = (text: string) => spellings.get(text) ?? text;
  const { vocab } = json.model;
  return JSON.stringify({
    ...json,
    added_tokens: json.added_tokens.map((token) => ({ ...token, content: respell(token.content) })),
    model: {
      ...json.model,
      vocab: Array.isArray(vocab)
        ? vocab.map(([piece, score]) => [respell(piece), score])
        : Object.fromEntries(Object.entries(vocab).map(([piece, id]) => [respell(piece), id])),
      ...(typeof json.model.unk_token === 'string' && { unk_token: respell(json.model.unk_token) }),
    },
  });
}

/** A pattern of all special tokens, the longest first, as the native library matches them. @internal */
export function specialTokenPattern(specialTokens: Iterable<string>): RegExp {
  const longestFirst = [...specialTokens].sort((left, right) => right.length - left.length);
  return new RegExp(longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')).join('|'), 'g');
}

/** The same pattern, and what would be mistaken for a respelled token. */
export function guardedPattern(specialTokens: RegExp): RegExp {
  return new RegExp(`${specialTokens.source}|${noncharacters.source}`, 'g');
}

/** Whether the special tokens that stand in a text are exactly those that are marked. @internal */
export function isFaithful({ text, controls }: MarkedText, pattern: RegExp): boolean {
  let next = 0;
  for (const match of text.matchAll(pattern)) if (match.index !== controls[next++]) return false;
  return next === controls.length;
}

/**
 * A marked text for the respelled tokenizer.
 *
 * @throws TokenizerError where `controls` points at no special token.
 */
export function respellControls(
  { text, controls }: MarkedText,
  pattern: RegExp,
  spellings: ReadonlyMap<string, string>,
): string {
  const sticky = new RegExp(pattern, 'y');
  let respelled = '';
  let done = 0;
  for (const at of controls) {
    sticky.lastIndex = at;
    const special = sticky.exec(text)?.[0];
    if (special === undefined)
      throw new TokenizerError(
        undefined,
        `No special token of this tokenizer stands at ${at}, where the template has ${JSON.stringify(text.slice(at, at + 16))}; give the template an end token that the tokenizer has.`,
      );
    respelled += text.slice(done, at).replace(noncharacters, REPLACEMENT) + spellings.get(special)!;
    done = at + special.length;
  }
  return respelled + text.slice(done).replace(noncharacters, REPLACEMENT);
}
