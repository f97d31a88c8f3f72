import { Random } from '../../core/index.js';
import type { SimulationSettings } from './config.js';

/**
 * What happens in one zone, as a function of the seed alone and not of what the job does there: two simulations that differ in
 * their checkpoint interval see the same preemptions and outages, so that their difference is the interval's doing.
 */
export class ZoneTimeline {
  readonly #preemptions: Random;
  readonly #outages: Random;
  readonly #preemptionsPerSecond: number;
  readonly #outagesPerSecond: number;
  readonly #meanOutage: number;
  #nextPreemption: number;
  #outageStart: number;
  #outageEnd: number;

  constructor(settings: SimulationSettings, zone: SimulationSettings['zones'][number], trial: number) {
    this.#preemptions = Random.fromSeed(settings.seed, `preemptions/${zone.name}/${trial}`);
    this.#outages = Random.fromSeed(settings.seed, `outages/${zone.name}/${trial}`);
    this.#preemptionsPerSecond = (settings.nodes * zone.preemptionsPerNodeHour) / 3600;
    this.#outagesPerSecond = zone.outagesPerHour / 3600;
    this.#meanOutage = zone.outageHours * 3600;
    this.#nextPreemption = wait(this.#preemptions, this.#preemptionsPerSecond);
    this.#outageStart = wait(this.#outages, this.#outagesPerSecond);
    this.#outageEnd = this.#outageStart + this.#outageLength();
  }

  /** Whether the zone lends machines at a time. Times must not go back. */
  isOut(time: number): boolean {
    this.#advance(time);
    return time >= this.#outageStart;
  }

  /** When a job that has machines here next loses one. */
  nextLoss(time: number): number {
    this.#advance(time);
    while (this.#nextPreemption <= time) this.#nextPreemption += wait(this.#preemptions, this.#preemptionsPerSecond);
    return Math.min(this.#nextPreemption, this.#outageStart);
  }

  #advance(time: number): void {
    while (this.#outageEnd <= time) {
      this.#outageStart = this.#outageEnd + wait(this.#outages, this.#outagesPerSecond);
      this.#outageEnd = this.#outageStart + this.#outageLength();
    }
  }

  #outageLength(): number {
    return wait(this.#outages, 1 / this.#meanOutage);
  }
}

/** Time to the next event of a Poisson process. */
function wait(random: Random, perSecond: number): number {
  return perSecond === 0 ? Number.POSITIVE_INFINITY : -Math.log(1 - random.uniform()) / perSecond;
}
