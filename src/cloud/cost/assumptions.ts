/** A number that an estimate rests on, and where it comes from. @public */
export interface Assumption {
  /** The number, in `unit`. */
  readonly value: number;
  /** What the number counts: `FLOP/s`, `dollars`, `share of the peak`. */
  readonly unit: string;
  /** Where the number comes from: a paper, a data sheet, a price list and its date. */
  readonly source: string;
}

/**
 * What {@link estimateCost} assumes unless you know better. Prices, preemptions and bandwidth are those of one cloud at one
 * time: measure your own.
 *
 * @public
 */
export const costAssumptions = {
  peakFlopsPerDevice: {
    value: 312e12,
    unit: 'FLOP/s',
    source: 'NVIDIA A100 datasheet: dense bfloat16 on tensor cores',
  },
  flopUtilisation: {
    value: 0.35,
    unit: 'share of the peak',
    source:
      'between the 21 % of GPT-3 and the 46 % of PaLM in table 3 of PaLM, arXiv:2204.02311; recomputation not counted',
  },
  flopsPerParameterToken: {
    value: 6,
    unit: 'FLOP',
    source: 'two forward and four backward: Kaplan et al. 2020, arXiv:2001.08361',
  },
  devicesPerNode: { value: 8, unit: 'devices', source: 'a2-ultragpu-8g: eight A100 80GB' },
  onDemandDollarsPerNodeHour: {
    value: 40.22,
    unit: 'dollars',
    source: 'a2-ultragpu-8g in us-central1 as SkyPilot listed it in 2023 (its llm/codellama page)',
  },
  spotDollarsPerNodeHour: {
    value: 14.79,
    unit: 'dollars',
    source:
      'a2-ultragpu-8g spot in us-east4 as SkyPilot listed it in March 2024 (its llm/dbrx page); none found for March 2023',
  },
  preemptionsPerNodeHour: {
    value: 0.1,
    unit: 'preemptions',
    source: 'assumed: one in ten hours a machine; clouds publish none by the hour',
  },
  checkpointBytesPerParameter: {
    value: 12,
    unit: 'bytes',
    source: 'float32 parameters and both AdamW moments',
  },
  checkpointBytesPerNodeSecond: {
    value: 1e9,
    unit: 'bytes',
    source: 'assumed: one machine to a mounted bucket of its region, training standing still meanwhile',
  },
  restartSeconds: {
    value: 600,
    unit: 'seconds',
    source: 'assumed: from the loss of a machine to the first step after it (new machine, setup, loading)',
  },
} as const satisfies Readonly<Record<string, Assumption>>;

/** Names of the assumptions of an estimate. @public */
export type CostAssumptionName = keyof typeof costAssumptions;

/** The assumptions an estimate was made with, defaults and your own. @public */
export type CostAssumptions = Readonly<Record<CostAssumptionName, Assumption>>;

/** Puts values of the caller in the place of defaults, and says so where they are reported. */
export function resolveAssumptions(
  given: Partial<Readonly<Record<CostAssumptionName, number | undefined>>>,
): CostAssumptions {
  return Object.fromEntries(
    Object.entries(costAssumptions).map(([name, assumption]) => {
      const value = given[name as CostAssumptionName];
      return [name, value === undefined ? assumption : { value, unit: assumption.unit, source: 'given' }];
    }),
  ) as CostAssumptions;
}
