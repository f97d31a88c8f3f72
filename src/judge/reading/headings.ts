import { eitherLabel } from './labels.js';

const label = new RegExp(eitherLabel);

/** How far above a line its heading may stand, in lines that say something. */
const reach = 8;

/** The nearest line above that announces what follows: one that ends with a colon, or a few words that name no answer. */
export function headingOf(lines: readonly string[], index: number): string {
  let seen = 0;
  for (let above = index - 1; above >= 0 && seen < reach; above--) {
    const line = lines[above]!;
    if (line === '') continue;
    seen++;
    if (isHeading(line)) return line;
  }
  return '';
}

function isHeading(line: string): boolean {
  if (label.test(line) && !/(?:scores?|ratings?)\W*$/i.test(line) && !/:$/.test(line)) return false;
  if (/^\W*(?:[Aa]ssistant|[Mm]odel|[Aa]nswer|[Rr]esponse)\s+\S{1,3}:?$/.test(line)) return false;
  return /[:：]$/.test(line) || line.split(/\s+/).length <= 5;
}
