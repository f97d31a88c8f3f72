import { isPartOfMore } from './digit-runs.js';
import type { DetectorSettings, Finding } from './kinds.js';

/** Area 000, 666 and 900 on, group 00 and serial 0000 were never given out. */
const form = /(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}/g;
/** The Social Security Administration's pamphlet, and the card that came with wallets. */
const documentation = new Set(['219-09-9999', '078-05-1120', '123-45-6789']);

/** US social security numbers. */
export function* findSocialSecurityNumbers(text: string, settings: DetectorSettings): Generator<Finding> {
  for (const { index: start, 0: number } of text.matchAll(form)) {
    const end = start + number.length;
    if (isPartOfMore(text, start, end)) continue;
    if (settings.keepDocumentationValues && documentation.has(number)) continue;
    yield { kind: 'us-ssn', start, end };
  }
}
