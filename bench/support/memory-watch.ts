import type { ServeProcess } from '../../test/serve/support/processes.js';

const MEGABYTE = 2 ** 20;

/** Resident memory of this process, which is the gateway's, and of the workers, each second. */
export class MemoryWatch {
  readonly #samples: number[][] = [];
  readonly #timer: NodeJS.Timeout;

  constructor(workers: readonly ServeProcess[]) {
    const sample = async () => {
      const states = await Promise.all(workers.map((worker) => worker.state()));
      this.#samples.push([process.memoryUsage.rss(), ...states.map(({ memory }) => memory)]);
    };
    this.#timer = setInterval(() => void sample(), 1_000);
  }

  summary(): string {
    clearInterval(this.#timer);
    const half = this.#samples.length >> 1;
    const most = (samples: number[][], place: number) =>
      (Math.max(...samples.map((sample) => sample[place]!)) / MEGABYTE).toFixed(0);
    const show = (place: number) =>
      `${most(this.#samples.slice(0, half), place)} then ${most(this.#samples.slice(half), place)} MB`;
    return `most memory in each half of the time: gateway ${show(0)}, workers ${show(1)} and ${show(2)}`;
  }
}
