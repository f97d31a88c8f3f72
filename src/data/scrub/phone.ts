import { type DigitRun, digitRuns, digitsOf, isPartOfMore } from './digit-runs.js';
import type { DetectorSettings, Finding } from './kinds.js';
import { phoneForms } from './phone-forms.js';
import { isLabelled } from './phone-labels.js';

/** Characters that a number with its signs takes at most, and thereby what is looked at from one group of digits. */
const longest = 32;

/**
 * Phone numbers: international ones, national ones written in a form that numbers for other things have not, and any
 * number of 7 to 15 digits behind a word such as `Tel.`, in the languages the package's identity data has.
 */
export function* findPhones(text: string, { keepDocumentationValues }: DetectorSettings): Generator<Finding> {
  for (const run of digitRuns(text, 7)) {
    let end = 0;
    for (const [index, group] of run.groups.entries()) {
      if (group.start < end) continue;
      const found = phoneAt(run, index);
      if (found === undefined) continue;
      end = found.end;
      if (keepDocumentationValues && isDocumentation(digitsOf(text.slice(found.start, found.end)))) continue;
      yield found;
    }
  }
}

function phoneAt({ text, groups }: DigitRun, index: number): Finding | undefined {
  const first = groups[index]!.start;
  // The sign or bracket in front belongs to the number; a run begins with a digit.
  const start = first - (/(?:\+\(|\(\+|[+(])$/.exec(text.slice(Math.max(0, first - 2), first))?.[0].length ?? 0);
  const labelled = isLabelled(text, start);
  const slice = text.slice(start, start + longest);
  for (const { form, accepts, needsLabel } of phoneForms) {
    if (needsLabel === true && !labelled) continue;
    const match = form.exec(slice)?.[0];
    if (match === undefined || !accepts(digitsOf(match), match)) continue;
    const end = start + match.length;
    if (
      !labelled &&
      (isPartOfMore(text, start, end) || isOperand(text, start, end) || goesOn(text, groups, index, end))
    )
      continue;
    if (/^[\p{L}\p{N}]/u.test(text.slice(end, end + 2))) continue;
    return { kind: 'phone', start, end };
  }
  return undefined;
}

/** A number in a formula, `(212) 555-1234 = -1555`, or in a range of code. */
function isOperand(text: string, start: number, end: number): boolean {
  const operator = /[=*×÷^≈≤≥]/;
  return (
    operator.test(text.slice(0, start).trimEnd().slice(-1)) ||
    /^ {0,2}(?:[=*×÷^≈≤≥+]|- )/.test(text.slice(end, end + 4))
  );
}

/** Digits that are joined to it on either side by more than a space make it something else: a serial number, a table. */
function goesOn(text: string, groups: DigitRun['groups'], index: number, end: number): boolean {
  const before = index > 0 ? text.slice(groups[index - 1]!.end, groups[index]!.start) : ' ';
  const next = groups.find((group) => group.start >= end);
  const after = next !== undefined ? text.slice(end, next.start) : ' ';
  return /^[-./\u2010-\u2013]$/.test(before) || /^[-./\u2010-\u2013]$/.test(after);
}

/**
 * Numbers given to nobody: 555-01xx of North America and its area code 555, Ofcom's numbers for drama, digits in
 * order, one digit repeated.
 */
function isDocumentation(digits: string): boolean {
  return (
    /^1?[2-9]\d\d55501\d\d$/.test(digits) ||
    /^1?(?:555|800555)\d{7}$/.test(digits) ||
    /^55501\d\d$/.test(digits) ||
    /^(?:0|44|440)(?:2079460|7700900|1632960|1134960|1614960|2890180)\d+$/.test(digits) ||
    /0?1234567/.test(digits) ||
    /(\d)\1{6}/.test(digits)
  );
}
