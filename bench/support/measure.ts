/** Smallest and median of several runs: the smallest says what the code costs, the median what this machine gave. */
export interface Summary {
  readonly minimum: number;
  readonly median: number;
  readonly runs: number;
}

export function summarise(values: readonly number[]): Summary {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { minimum: sorted[0]!, median, runs: sorted.length };
}

/**
 * Runs the contestants in turn, A B A B …, so that a machine that slows down slows both.
 *
 * @param contestants - each returns its figure for one run, for example seconds.
 */
export async function alternate<Name extends string>(
  contestants: Readonly<Record<Name, () => Promise<number>>>,
  { rounds, warmUps = 1 }: { readonly rounds: number; readonly warmUps?: number },
): Promise<Record<Name, number[]>> {
  const names = Object.keys(contestants) as Name[];
  const figures = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<Name, number[]>;
  for (let round = -warmUps; round < rounds; round++)
    for (const name of names) {
      const figure = await contestants[name]();
      if (round >= 0) figures[name].push(figure);
    }
  return figures;
}

/** The ratios of two contestants' figures, round by round. */
export function ratios(numerators: readonly number[], denominators: readonly number[]): number[] {
  return numerators.map((value, round) => value / denominators[round]!);
}
