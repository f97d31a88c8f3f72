import { setTimeout as sleep } from 'node:timers/promises';

/** Something that streams the reply of a counting model, in pieces of any size. */
export interface Server {
  readonly name: string;
  stream(name: string, tokens: number): AsyncIterable<string>;
}

export interface LoadFigures {
  readonly replies: number;
  readonly tokens: number;
  /** From a token's making to its reader. */
  readonly latencies: Latencies;
  readonly seconds: number;
}

/**
 * Keeps `streams` replies under way until the time is over, and lets the last ones finish.
 *
 * @throws where a token is lost, doubled, or of another reply.
 */
export async function load(server: Server, streams: number, seconds: number, tokens: number): Promise<LoadFigures> {
  const latencies = new Latencies();
  const started = performance.now();
  let replies = 0;
  const reader = async (number: number) => {
    // Not all at the same instant: they would stay in step.
    await sleep((number * 1_000) / streams);
    for (let round = 0; performance.now() - started < seconds * 1_000; round++) {
      await readReply(server, `s${number}r${round}`, tokens, latencies);
      replies++;
    }
  };
  await Promise.all(Array.from({ length: streams }, (_, number) => reader(number)));
  return {
    replies,
    tokens: latencies.count,
    latencies,
    seconds: (performance.now() - started) / 1_000,
  };
}

async function readReply(server: Server, name: string, tokens: number, latencies: Latencies): Promise<void> {
  let rest = '';
  let index = 0;
  for await (const piece of server.stream(name, tokens)) {
    const now = process.hrtime.bigint();
    const words = (rest + piece).split(' ');
    rest = words.pop()!;
    for (const word of words) {
      const [token, stamp] = word.split('@');
      if (token !== `${name}:${index}`)
        throw new Error(`${server.name}: ${token} came where ${name}:${index} was due.`);
      latencies.record(Number(now - BigInt(stamp!)) / 1e6);
      index++;
    }
  }
  if (index !== tokens || rest !== '') throw new Error(`${server.name}: ${index} of ${tokens} tokens of ${name} came.`);
}

/** Milliseconds, counted in a memory that does not grow. */
export class Latencies {
  /** Counts of each hundredth of a millisecond; the last is of all that took longer. */
  readonly #counts = new Uint32Array(200_001);
  count = 0;

  record(milliseconds: number): void {
    const place = Math.min(this.#counts.length - 1, Math.floor(milliseconds * 100));
    this.#counts[place] = this.#counts[place]! + 1;
    this.count++;
  }

  percentile(share: number): number {
    let below = 0;
    const place = this.#counts.findIndex((count) => {
      below += count;
      return below >= this.count * share;
    });
    return place / 100;
  }
}
