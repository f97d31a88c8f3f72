import { explanationIn, fieldOf, jsonObjects } from './json-values.js';
import { plainLines, withoutThoughts } from './plain-text.js';
import { proseVerdicts, type Verdict } from './verdict-sentences.js';

/** Which place won. @public */
export type VerdictReading =
  | { readonly kind: 'parsed'; readonly verdict: 'first' | 'second' | 'tie'; readonly explanation: string }
  | { readonly kind: 'unparsed'; readonly problem: string };

const winners =
  /^(?:final)?(?:verdict|winner|better|best|preferred|preference|choice|decision|answer|result)(?:answer|assistant|response|model)?$/;
const mark = /\[\[\s*(?:verdict:?\s*)?([^[\]]{1,24}?)\s*\]\]/gi;
const conclusive = /\b(?:final|verdict|winner|decision|conclusion|therefore|overall|judg[e]?ment)\b/i;
const announced =
  /^(?:(?:my|the)\s+)?(?:final\s+)?(?:verdict|winner|decision|answer|choice|judg[e]?ment|preference)(?:\s+is)?\s*[:=]?\s*[[("']*([\w\s>=<]{1,24}?)[\])"']*\.?$/i;

/**
 * Reads which of two answers a judge found better, by rule: JSON, `[[A]]` and its kin, an announced verdict, a reply that is
 * nothing but a letter, then sentences. A conclusion beats what came before; a contradiction is no verdict.
 *
 * @public
 */
export function readVerdict(reply: string): VerdictReading {
  const text = withoutThoughts(reply).trim();
  if (text === '') return { kind: 'unparsed', problem: 'the reply is empty' };
  const json = jsonObjects(text).flatMap((object) => {
    const verdict = verdictNamed(fieldOf(object, winners));
    return verdict === undefined ? [] : [{ verdict, conclusive: false, explanation: explanationIn(object) }];
  });
  if (json.length > 0) return readingOf([json], json.at(-1)!.explanation);
  const lines = plainLines(text).filter((line) => line !== '');
  const marks = lines.flatMap((line, index) =>
    [...line.matchAll(mark)].flatMap(([, name]) => {
      const verdict = verdictNamed(name);
      return verdict === undefined
        ? []
        : [{ verdict, conclusive: index === lines.length - 1 || conclusive.test(line) }];
    }),
  );
  const announcements = lines.flatMap((line, index) => {
    const verdict = verdictNamed(announced.exec(line)?.[1] ?? followsAnnouncement(lines, index));
    return verdict === undefined ? [] : [{ verdict, conclusive: index === lines.length - 1 }];
  });
  const outermost = [lines[0], lines.at(-1)].flatMap((line) => {
    const verdict = verdictNamed(line?.replace(/^[([]|[)\].]$/g, ''));
    return verdict === undefined ? [] : [{ verdict, conclusive: false }];
  });
  return readingOf([marks, announcements, outermost, proseVerdicts(lines)], text);
}

/** A heading that announces the verdict, which stands alone on the next line. */
function followsAnnouncement(lines: readonly string[], index: number): string | undefined {
  return /^(?:my\s+)?(?:final\s+)?(?:verdict|winner|decision)\s*:?$/i.test(lines[index - 1] ?? '')
    ? lines[index]
    : undefined;
}

interface Found {
  readonly verdict: Verdict;
  readonly conclusive: boolean;
}

/** The first form that says something decides; within it, what is conclusive does. */
function readingOf(forms: readonly (readonly Found[])[], explanation: string): VerdictReading {
  const found = forms.find((form) => form.length > 0);
  if (found === undefined) return { kind: 'unparsed', problem: 'no verdict was found' };
  const last = found.filter((one) => one.conclusive);
  const distinct = new Set((last.length > 0 ? last : found).map(({ verdict }) => verdict));
  const [verdict] = distinct;
  if (distinct.size === 1) return { kind: 'parsed', verdict: verdict!, explanation };
  return { kind: 'unparsed', problem: `several verdicts: ${[...distinct].join(', ')}` };
}

const noun = String.raw`(?:the\s+)?(?:assistant|answer|response|model|candidate|output)`;
const first = new RegExp(`^(?:${noun}\\s*)?(?:a|1)$|^(?:the\\s+)?first(?:\\s+\\w+)?$`, 'i');
const second = new RegExp(`^(?:${noun}\\s*)?(?:b|2)$|^(?:the\\s+)?second(?:\\s+\\w+)?$`, 'i');

/** What a name in the place of a verdict stands for; `A>>B` and its kin are those of graded verdicts. */
function verdictNamed(value: unknown): Verdict | undefined {
  if (typeof value !== 'string') return undefined;
  const name = value.trim();
  if (/^(?:c|(?:it['’]?s )?an? tie|tie|tied|draw|equal|both|neither|same)$/i.test(name)) return 'tie';
  const graded = /^([AB])\s*(>{1,2}|<{1,2}|={1,2})\s*([AB])$/i.exec(name);
  if (graded !== null) return gradedVerdict(graded[1]!.toUpperCase(), graded[2]!, graded[3]!.toUpperCase());
  if (first.test(name)) return 'first';
  return second.test(name) ? 'second' : undefined;
}

function gradedVerdict(left: string, sign: string, right: string): Verdict | undefined {
  if (left === right) return undefined;
  if (sign.startsWith('=')) return 'tie';
  return (sign.startsWith('>') ? left : right) === 'A' ? 'first' : 'second';
}
