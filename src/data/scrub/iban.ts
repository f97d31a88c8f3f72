import type { DetectorSettings, Finding } from './kinds.js';

/** Lengths of the IBAN registry (ISO 13616), by country. */
const lengths: ReadonlyMap<string, number> = new Map(
  (
    'AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 ' +
    'FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 ' +
    'LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 ' +
    'SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30'
  )
    .split(' ')
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))]),
);

/** Those of the registry's and the encyclopedias' examples. */
const documentationIbans = new Set([
  'DE89370400440532013000',
  'GB29NWBK60161331926819',
  'GB82WEST12345698765432',
  'FR1420041010050500013M02606',
  'NL91ABNA0417164300',
  'ES9121000418450200051332',
  'CH9300762011623852957',
  'AT611904300234573201',
  'BE68539007547034',
]);

const beginning = /(?<![\p{L}\p{N}])[A-Z]{2}\d{2}(?=[ \u00a0]?[A-Z0-9]{2})/gu;
/** No IBAN is longer, its spaces included. */
const longest = 33 + 10;

/** International bank account numbers, by their country's length and their check digits. */
export function* findIbans(text: string, { keepDocumentationValues }: DetectorSettings): Generator<Finding> {
  for (const { index: start, 0: front } of text.matchAll(beginning)) {
    const length = lengths.get(front.slice(0, 2));
    if (length === undefined) continue;
    const end = endOf(text, start, length);
    if (end === undefined) continue;
    const iban = text.slice(start, end).replace(/[ \u00a0]/g, '');
    if (!hasCheckDigits(iban) || (keepDocumentationValues && documentationIbans.has(iban))) continue;
    yield { kind: 'iban', start, end };
  }
}

/** Where so many letters and digits end, with at most one space between two. */
function endOf(text: string, start: number, length: number): number | undefined {
  let count = 0;
  let position = start;
  for (; count < length && position - start < longest; position++) {
    const character = text[position] ?? '';
    if (/[A-Z0-9]/.test(character)) count++;
    else if (!/[ \u00a0]/.test(character) || /[ \u00a0]/.test(text[position - 1] as string)) return undefined;
  }
  return count === length && !/[\p{L}\p{N}]/u.test(text[position] ?? ' ') ? position : undefined;
}

/** ISO 7064 MOD 97-10: country and check digits moved to the end, letters as numbers from 10 on, leave 1. */
function hasCheckDigits(iban: string): boolean {
  let rest = 0;
  for (const character of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(character, 36);
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97;
  }
  return rest === 1;
}
