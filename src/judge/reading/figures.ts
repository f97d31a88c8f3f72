/** A score as it stands in a text: the figure, and what it says it is out of. */
export interface Figure {
  readonly value: number;
  /** `undefined` where the text does not say. */
  readonly outOf: number | undefined;
}

/** The scores of the answer shown first and of the one shown second. */
export interface FigurePair {
  readonly first: Figure;
  readonly second: Figure;
}

/** Two captures: a figure, and its scale where one is given. What follows does not make it a part of something else. */
export const figureThen = String.raw`(\d{1,3}(?:\.\d+)?)(?:\s*(?:\/|out of)\s*(\d{1,3})(?:\.0+)?)?(?![\d/^%]|[.,]\d|\s*[-–—~]\s*\d|\s+to\s+\d|\s*[=+×])`;

/** The same where anything may stand in front: not a part of a longer number, of a range or of a sum. */
export const figure = String.raw`(?<![\d.,/^=+×–-]|\d\s?[-–—]\s?)(?<!\d\s?)${figureThen}`;

/** What may follow a figure that is a whole statement, instead of a quantity of something. */
export const statementEnd = String.raw`(?=\s*$|\s*[,;|)\]"}]|\.(?:\s|$)|\s+[-–—([]|\s*[:：]\s|\s+(?:and|while|whereas|but|points?|for|to|because|as|due|since|out|with)\b|\s*[分点])`;

export function figureOf(value: string | undefined, outOf: string | undefined): Figure {
  return { value: Number(value), outOf: outOf === undefined ? undefined : Number(outOf) };
}

/** Why a figure is no score on the scale that was asked for. */
export function problemOf({ value, outOf }: Figure): string | undefined {
  if (outOf !== undefined && outOf !== 10) return `${value}/${outOf} is not on the scale of 1 to 10`;
  // A judge that means "worthless" writes 0: outside of what it was asked for, and still beyond doubt.
  if (!(value >= 0 && value <= 10)) return `${value} is not between 1 and 10`;
  return undefined;
}
