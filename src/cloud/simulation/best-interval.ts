import { resolveSimulation, type SpotSimulationConfig } from './config.js';
import { dalyInterval, type SpotSimulation, simulate } from './simulate.js';

/** The interval to save at, and what training then comes to. @public */
export interface BestCheckpointInterval {
  /** Seconds of training between two checkpoints. */
  readonly seconds: number;
  /** Daly's formula for the first zone, to compare with: it knows neither failover nor warnings. */
  readonly dalySeconds: number;
  /** The training, simulated at `seconds`. */
  readonly simulation: SpotSimulation;
}

/** What is to be least. @public */
export type IntervalGoal = 'hours' | 'dollars';

/**
 * Finds the checkpoint interval with the fewest mean hours or dollars by simulation; `checkpointIntervalSeconds` of the
 * configuration is not used.
 *
 * Every interval is tried on the same preemptions. Around the best of a coarse row, the means are fitted by
 * `a / interval + b * interval + c`, the cost of saving and the cost of losing (Young 1974), whose minimum is `sqrt(a / b)`:
 * one trial's luck moves it far less than it moves the best of the row.
 *
 * @throws ConfigError naming every field at fault.
 * @public
 */
export function bestCheckpointInterval(
  config: SpotSimulationConfig,
  goal: IntervalGoal = 'dollars',
): BestCheckpointInterval {
  const settings = resolveSimulation(config);
  const daly = dalyInterval(settings);
  const measure = (seconds: number) => simulate(settings, seconds)[goal].mean;
  const shortest = Math.min(Math.max(1, settings.checkpointSeconds / 8), settings.workSeconds);

  const row = geometric(shortest, settings.workSeconds, 25).map((seconds) => ({ seconds, value: measure(seconds) }));
  const finite = row.filter(({ value }) => Number.isFinite(value));
  // Where some trials never end at any interval, no mean tells intervals apart.
  const coarse =
    finite.length === 0 ? daly : finite.reduce((best, next) => (next.value < best.value ? next : best)).seconds;

  const near = geometric(Math.max(shortest, coarse / 2), Math.min(settings.workSeconds, coarse * 2), 21)
    .map((seconds) => ({ seconds, value: measure(seconds) }))
    .filter(({ value }) => Number.isFinite(value));
  const seconds = fittedMinimum(near) ?? coarse;
  return { seconds, dalySeconds: daly, simulation: simulate(settings, seconds) };
}

interface Point {
  readonly seconds: number;
  readonly value: number;
}

function geometric(first: number, last: number, count: number): number[] {
  return Array.from({ length: count }, (_, index) => first * (last / first) ** (index / (count - 1)));
}

/** Least squares of `a / x + b x + c`; undefined where that has no minimum among the points. */
function fittedMinimum(points: readonly Point[]): number | undefined {
  if (points.length < 3) return undefined;
  const mean = (of: (point: Point) => number) => points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [u0, v0, y0] = [mean(({ seconds }) => 1 / seconds), mean(({ seconds }) => seconds), mean(({ value }) => value)];
  const product = (f: (point: Point) => number, g: (point: Point) => number) => mean((point) => f(point) * g(point));
  const u = (point: Point) => 1 / point.seconds - u0;
  const v = (point: Point) => point.seconds - v0;
  const y = (point: Point) => point.value - y0;
  const [uu, uv, vv, uy, vy] = [product(u, u), product(u, v), product(v, v), product(u, y), product(v, y)];
  const determinant = uu * vv - uv * uv;
  const a = (uy * vv - vy * uv) / determinant;
  const b = (vy * uu - uy * uv) / determinant;
  const minimum = Math.sqrt(a / b);
  const inside = minimum >= points[0]!.seconds && minimum <= points.at(-1)!.seconds;
  return a > 0 && b > 0 && inside ? minimum : undefined;
}
