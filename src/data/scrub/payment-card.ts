import { type DigitRun, digitRuns, digitsOf, isPartOfMore } from './digit-runs.js';
import type { DetectorSettings, Finding } from './kinds.js';

/** Issuer ranges (ISO/IEC 7812) with the lengths they are given out in. */
const issuers: readonly (readonly [RegExp, readonly number[]])[] = [
  [/^4/, [13, 16, 19]], // Visa
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]], // Mastercard
  [/^3[47]/, [15]], // American Express
  [/^3(?:0[0-5]|[689])/, [14, 16, 19]], // Diners Club
  [/^6(?:011|5|4[4-9])/, [16, 19]], // Discover
  [/^35(?:2[89]|[3-8])/, [16, 19]], // JCB
  [/^62/, [16, 17, 18, 19]], // UnionPay
  [/^(?:5018|5020|5038|6304|6759|676[1-3])/, [13, 14, 15, 16, 17, 18, 19]], // Maestro
  [/^220[0-4]/, [16, 19]], // Mir
];

/** How cards have their digits in groups. A card of another length is written without groups. */
const groupings = [
  [4, 4, 4, 4],
  [4, 4, 4, 4, 3],
  [4, 6, 5],
  [4, 6, 4],
  [6, 13],
];

/** Numbers that payment services publish for tests. */
const testCards = new Set(
  (
    '4111111111111111 4242424242424242 4012888888881881 4000056655665556 4222222222222 4000000000000002 4000002500003155 ' +
    '4000000000009995 4000000000000077 4005519200000004 4009348888881881 4012000033330026 4012000077777777 4500600000000061 ' +
    '5555555555554444 5105105105105100 5200828282828210 5424000000000015 5431111111111111 2223003122003222 2223000048400011 ' +
    '378282246310005 371449635398431 378734493671000 341111111111111 6011111111111117 6011000990139424 6011000000000012 ' +
    '30569309025904 38520000023237 36227206271667 3056930009020004 3530111333300000 3566002020360505 6200000000000005 6304000000000000'
  ).split(' '),
);

/** Numbers of payment cards: an issuer's range and length, the grouping of a card, and the right check digit. */
export function* findPaymentCards(text: string, { keepDocumentationValues }: DetectorSettings): Generator<Finding> {
  for (const run of digitRuns(text, 13))
    for (let first = 0; first < run.groups.length; first++) {
      const length = cardLength(run, first);
      if (length === 0) continue;
      const start = run.groups[first]!.start;
      const end = run.groups[first + length - 1]!.end;
      const number = digitsOf(text.slice(start, end));
      if (!isCard(number) || isPartOfMore(text, start, end)) continue;
      first += length - 1;
      if (keepDocumentationValues && testCards.has(number)) continue;
      yield { kind: 'payment-card', start, end };
    }
}

/** How many groups from one on are grouped like a card, or 0. */
function cardLength({ text, groups }: DigitRun, first: number): number {
  const size = (index: number) => (groups[index] === undefined ? 0 : groups[index].end - groups[index].start);
  if (size(first) >= 13) return size(first) <= 19 ? 1 : 0;
  const separator = (index: number) => text.slice(groups[index - 1]!.end, groups[index]!.start);
  const fits = (grouping: readonly number[]) =>
    grouping.every((length, at) => size(first + at) === length) &&
    grouping.every(
      (_, at) =>
        at === 0 || (/^[ \u00a0-]$/.test(separator(first + at)) && separator(first + at) === separator(first + 1)),
    );
  return groupings.filter(fits).sort((a, b) => b.length - a.length)[0]?.length ?? 0;
}

function isCard(number: string): boolean {
  return (
    issuers.some(([range, lengths]) => range.test(number) && lengths.includes(number.length)) && passesLuhn(number)
  );
}

/** The check digit of ISO/IEC 7812-1: every second digit from the right is doubled. */
function passesLuhn(number: string): boolean {
  let sum = 0;
  for (let index = 0; index < number.length; index++) {
    const digit = Number(number[number.length - 1 - index]);
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    sum += doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}
