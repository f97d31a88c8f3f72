import { optimalCheckpointInterval } from '../cost/checkpoint-interval.js';
import { resolveSimulation, type SimulationSettings, type SpotSimulationConfig } from './config.js';
import { playTrial, type Trial } from './trial.js';

/** How a figure spreads over the trials. @public */
export interface Distribution {
  /** Mean over all trials. */
  readonly mean: number;
  /** Five of a hundred trials are below it. */
  readonly p5: number;
  /** The median: half of the trials are below it. */
  readonly p50: number;
  /** Five of a hundred trials are above it. */
  readonly p95: number;
  /** One of a hundred trials is above it. */
  readonly p99: number;
}

/** What a training on spot machines may come to. Times are in hours, from launch to the last checkpoint. @public */
export interface SpotSimulation {
  /** Hours from the launch to the last checkpoint. */
  readonly hours: Distribution;
  /** Dollars that the machines cost, over the whole job. */
  readonly dollars: Distribution;
  /** Losses of the job. */
  readonly losses: Distribution;
  /** Hours of work that was lost and done again. */
  readonly repeatedHours: Distribution;
  /** Share of the losses before which the warning sufficed to save everything. */
  readonly savedByWarning: number;
  /** Trials given up at `maximumSeconds`; their hours count as Infinity. */
  readonly unfinished: number;
  /** How often the job was simulated. */
  readonly trials: number;
  /** Seconds of training between two checkpoints, as given or as Daly's formula has them. */
  readonly checkpointIntervalSeconds: number;
}

/**
 * Plays a training on spot machines through, many times: preemptions and outages of each zone, failover, waiting for machines,
 * restarting, work done again since the last checkpoint. The same configuration gives the same figures on every machine.
 *
 * @throws ConfigError naming every field at fault.
 * @public
 */
export function simulateSpot(config: SpotSimulationConfig): SpotSimulation {
  const settings = resolveSimulation(config);
  return simulate(settings, settings.checkpointIntervalSeconds ?? dalyInterval(settings));
}

/** As {@link simulateSpot}, of checked settings and at a given interval. */
export function simulate(settings: SimulationSettings, interval: number): SpotSimulation {
  const trials: Trial[] = [];
  for (let trial = 0; trial < settings.trials; trial++) trials.push(playTrial(settings, interval, trial));
  const losses = trials.reduce((sum, trial) => sum + trial.losses, 0);
  const saves = trials.reduce((sum, trial) => sum + trial.saves, 0);
  return {
    hours: distribution(trials.map(({ seconds }) => seconds / 3600)),
    dollars: distribution(trials.map(({ dollars }) => dollars)),
    losses: distribution(trials.map((trial) => trial.losses)),
    repeatedHours: distribution(trials.map(({ repeatedSeconds }) => repeatedSeconds / 3600)),
    savedByWarning: losses === 0 ? 0 : saves / losses,
    unfinished: trials.filter(({ seconds }) => seconds === Number.POSITIVE_INFINITY).length,
    trials: trials.length,
    checkpointIntervalSeconds: interval,
  };
}

/** Daly's interval for the losses of the first zone, outages included; at most the whole work. */
export function dalyInterval({ zones, nodes, checkpointSeconds, workSeconds }: SimulationSettings): number {
  const zone = zones[0]!;
  const lossesPerHour = nodes * zone.preemptionsPerNodeHour + zone.outagesPerHour;
  const interval = optimalCheckpointInterval({ checkpointSeconds, meanSecondsBetweenLosses: 3600 / lossesPerHour });
  // Saving for nothing would be best done all the time; once a second is as good.
  return Math.min(workSeconds, Math.max(1, interval));
}

function distribution(values: readonly number[]): Distribution {
  const sorted = Float64Array.from(values).sort();
  const quantile = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return { mean, p5: quantile(0.05), p50: quantile(0.5), p95: quantile(0.95), p99: quantile(0.99) };
}
