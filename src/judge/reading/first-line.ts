import { type FigurePair, figureOf } from './figures.js';

const score = String.raw`(\d{1,3}(?:\.\d+)?)(?:\s*(?:\/|out of)\s*(\d{1,3}))?(?:\s*(?:points?|分))?`;
const separator = String.raw`(?:\s*[,;|&、]\s*|\s+(?:and|vs\.?|versus)\s+|\s+)`;
const prefix = String.raw`(?:(?:(?:overall|final|my|the|output|scores?|ratings?)\s*)+[:=]\s*|(?:scores|ratings)\s+)?`;
const alone = new RegExp(`^${prefix}[([{]?\\s*${score}${separator}${score}\\s*[)\\]}]?\\s*\\.?$`, 'i');
const beforeText = new RegExp(`^[([]?\\s*${score}${separator}${score}\\s*[)\\]]?[\\s.:;–—-]+(?=\\p{Lu}\\p{L})`, 'u');
const decimalCommas = /^(\d{1,2}),(\d+)\s+(\d{1,2}),(\d+)$/;

/** Two scores that are all there is on a line. */
export function pairAlone(line: string): FigurePair | undefined {
  const decimals = decimalCommas.exec(line);
  if (decimals !== null) {
    const [, a, aTenths, b, bTenths] = decimals;
    return { first: figureOf(`${a}.${aTenths}`, undefined), second: figureOf(`${b}.${bTenths}`, undefined) };
  }
  return pairOf(alone.exec(line));
}

/** Two scores that begin a line which goes on with a sentence: the line break was forgotten. */
export function pairBeforeText(line: string): FigurePair | undefined {
  return pairOf(beforeText.exec(line));
}

function pairOf(match: RegExpExecArray | null): FigurePair | undefined {
  if (match === null) return undefined;
  const [, first, firstOutOf, second, secondOutOf] = match;
  return { first: figureOf(first, firstOutOf), second: figureOf(second, secondOutOf) };
}
