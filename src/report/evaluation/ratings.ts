import {
  bootstrap,
  comparisonGroups,
  ELO_PER_LOG_STRENGTH,
  fitBradleyTerry,
  type Tournament,
  tournamentOf,
} from '../statistics/index.js';
import { intervalOf, present, type Resampler } from './estimate.js';
import type { ModelRating, RatingGroup, RatingSummary } from './summary-ratings.js';

/** An outcome of two models on one unit. */
interface Outcome {
  readonly unit: number;
  /** Numbers of the models. */
  readonly a: number;
  readonly b: number;
  readonly outcome: 1 | 0 | -1;
}

/** Outcomes, and the units that are resampled as a whole. */
export interface Outcomes {
  /** How many units there are. */
  readonly units: number;
  readonly rows: readonly Outcome[];
}

/** Outcomes of comparisons of two models. */
export class ComparisonList {
  readonly #rows: Outcome[] = [];

  get length(): number {
    return this.#rows.length;
  }

  /**
   * @param unit - what is resampled as a whole: a question with all that was said about it.
   * @param a - a model's number. One against itself says nothing.
   * @param outcome - 1 for a, 0 for a tie, -1 for b.
   */
  add(unit: number, a: number, b: number, outcome: 1 | 0 | -1): void {
    if (a !== b) this.#rows.push({ unit, a, b, outcome });
  }

  /** The outcomes with their units numbered from 0 in the order of their ranks. */
  ranked(ranks: ArrayLike<number>): Outcomes {
    const units = [...new Set(this.#rows.map(({ unit }) => unit))].sort((x, y) => ranks[x]! - ranks[y]!);
    const places = new Map(units.map((unit, place) => [unit, place]));
    return { units: units.length, rows: this.#rows.map((row) => ({ ...row, unit: places.get(row.unit)! })) };
  }
}

/** Rates models by what they won against each other. @param models - their names, by number. */
export function rateModels(list: Outcomes, models: readonly string[], resampler: Resampler): RatingSummary {
  const { anchor } = resampler.settings;
  const whole = tournamentFrom(list, models.length);
  const groups = comparisonGroups(whole)
    .filter((group) => group.length > 1)
    .map((group) => rateGroup(group, whole, list, models, resampler));
  return { anchor: present(anchor), groups };
}

function rateGroup(
  group: readonly number[],
  whole: Tournament,
  list: Outcomes,
  models: readonly string[],
  { settings, stream }: Resampler,
): RatingGroup {
  const names = group.map((model) => models[model]!);
  const own = tournamentOf(whole, group);
  const { strengths, fit } = fitBradleyTerry(own);
  const place = (fitted: Float64Array) =>
    onScale(fitted, names.indexOf(settings.anchor.model ?? ''), settings.anchor.rating);
  const { values, samples } = bootstrap(list.units, { ...settings, stream }, (counts) => {
    const drawn = tournamentOf(tournamentFrom(list, models.length, counts), group);
    const ratings = place(fitBradleyTerry(drawn, own, strengths).strengths);
    return Object.fromEntries(ratings.entries()) as Record<`${number}`, number>;
  });
  const rated = names.map((model, index) => {
    const interval = intervalOf(samples[`${index}`]!, settings);
    return { model, rating: values[`${index}`]!, interval, ...recordOf(list, group[index]!) };
  });
  const ranked = rated.map((row): ModelRating => {
    const better = rated.filter((other) => isBetter(other, row)).length;
    return present({ ...row, rank: 1 + better });
  });
  return { models: ranked.sort((x, y) => y.rating - x.rating), fit };
}

type Rated = Pick<ModelRating, 'rating' | 'interval'>;

/** Whether a model is above another beyond chance; where chance is not known, whether it is above. */
function isBetter(model: Rated, other: Rated): boolean {
  if (model.interval === undefined || other.interval === undefined) return model.rating > other.rating;
  return model.interval.low > other.interval.high;
}

/** @param anchor - the player that has the rating; -1 gives it to the mean of all. */
function onScale(strengths: Float64Array, anchor: number, rating: number): number[] {
  const origin = anchor < 0 ? 0 : strengths[anchor]!;
  return Array.from(strengths, (strength) => rating + ELO_PER_LOG_STRENGTH * (strength - origin));
}

function tournamentFrom({ rows }: Outcomes, players: number, counts?: Uint32Array): Tournament {
  const wins = new Float64Array(players * players);
  for (const { unit, a, b, outcome } of rows) {
    const times = counts === undefined ? 1 : counts[unit]!;
    wins[a * players + b]! += (times * (1 + outcome)) / 2;
    wins[b * players + a]! += (times * (1 - outcome)) / 2;
  }
  return { players, wins };
}

function recordOf({ rows }: Outcomes, model: number) {
  const record = { comparisons: 0, wins: 0, ties: 0, losses: 0 };
  for (const { a, b, outcome } of rows) {
    if (a !== model && b !== model) continue;
    record.comparisons++;
    const own = a === model ? outcome : -outcome;
    if (own > 0) record.wins++;
    else if (own < 0) record.losses++;
    else record.ties++;
  }
  return record;
}
