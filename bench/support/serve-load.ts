import { setTimeout as sleep } from 'node:timers/promises';

/** Something that streams the reply of a counting model, in pieces of any size. */
export interface Server {
  readonly name: string;
  stream(name: string, tokens: number): AsyncIterable<string>;
}

export interface LoadFigures {
  readonly replies: number;
  readonly tokens: number;
  /** Milliseconds from a token's making to its reader, sorted. */
  readonly latencies: Float64Array;
  readonly seconds: number;
}

/**
 * Keeps `streams` replies under way until the time is over, and lets the last ones finish.
 *
 * @throws where a token is lost, doubled, or of another reply.
 */
export async function load(server: Server, streams: number, seconds: number, tokens: number): Promise<LoadFigures> {
  const latencies: number[] = [];
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
    tokens: latencies.length,
    latencies: Float64Array.from(latencies).sort(),
    seconds: (performance.now() - started) / 1_000,
  };
}

async function readReply(server: Server, name: string, tokens: number, latencies: number[]): Promise<void> {
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
      latencies.push(Number(now - BigInt(stamp!)) / 1e6);
      index++;
    }
  }
  if (index !== tokens || rest !== '') throw new Error(`${server.name}: ${index} of ${tokens} tokens of ${name} came.`);
}

export function percentile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
