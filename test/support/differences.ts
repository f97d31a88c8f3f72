import { expect } from 'vitest';

export interface Difference {
  readonly maximum: number;
  /** Euclidean length of the difference over that of what was expected. */
  readonly relative: number;
}

export function difference(actual: ArrayLike<number>, expected: ArrayLike<number>): Difference {
  if (actual.length !== expected.length) throw new Error(`${actual.length} numbers for ${expected.length}`);
  let maximum = 0;
  let squares = 0;
  let expectedSquares = 0;
  for (let i = 0; i < expected.length; i++) {
    const gap = Math.abs(actual[i]! - expected[i]!);
    // Written so that a NaN becomes the maximum instead of slipping through.
    if (!(gap <= maximum)) maximum = gap;
    squares += gap ** 2;
    expectedSquares += expected[i]! ** 2;
  }
  return { maximum, relative: expectedSquares === 0 ? Math.sqrt(squares) : Math.sqrt(squares / expectedSquares) };
}

const measured = new Map<string, number>();

/** Asserts that a measured error is within its budget, and remembers the largest of its kind. */
export function expectWithin(quantity: string, error: number, budget: number): void {
  measured.set(quantity, Math.max(measured.get(quantity) ?? 0, error));
  expect(error, quantity).toBeLessThanOrEqual(budget);
}

/** Prints the largest error of each kind so far, when VICUNA_SHOW_ERRORS is set. */
export function showMeasuredErrors(subject: string): void {
  if (!process.env.VICUNA_SHOW_ERRORS) return;
  const lines = [...measured].map(([quantity, error]) => `  ${quantity}: ${error.toExponential(2)}`);
  process.stderr.write(`Largest errors of ${subject}\n${lines.join('\n')}\n`);
}
