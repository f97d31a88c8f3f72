import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectDirectory } from '../../support/shared-data.js';

interface Goldens {
  readonly signTests: readonly { wins: number; losses: number; pValue: number }[];
  readonly signedRankTests: readonly {
    name: string;
    differences: readonly number[];
    positiveRanks: number;
    lesserRanks: number;
    pValue: number;
  }[];
  readonly normalTails: readonly { z: number; tail: number }[];
  readonly kappas: readonly { categories: number; table: readonly number[]; kappa: number }[];
  readonly jury: {
    categories: number;
    ratings: readonly (readonly number[])[];
    fleissKappa: number;
    incomplete: readonly (readonly number[])[];
    krippendorffAlpha: number;
  };
  readonly logistics: readonly {
    x: readonly number[];
    outcome: readonly number[];
    weight: readonly number[];
    intercept: number;
    slope: number;
  }[];
  readonly tournaments: readonly { players: number; wins: readonly number[]; strengths: readonly number[] }[];
  readonly bootstrap: {
    a: readonly number[];
    b: readonly number[];
    seed: number;
    stream: string;
    resamples: number;
    ratio: Readonly<Record<string, readonly [number, number]>>;
    difference: readonly [number, number];
    pValue: number;
  };
}

/** Figures of SciPy, scikit-learn and NumPy on generated data; `make-statistics.py` beside them made them. */
export const goldens: Goldens = JSON.parse(
  readFileSync(join(projectDirectory, 'test/fixtures/statistics/statistics.json'), 'utf8'),
);

/** How often each category was said. */
export function countsOf(said: readonly number[], categories: number): number[] {
  return Array.from({ length: categories }, (_, category) => said.filter((value) => value === category).length);
}
