import { createHash } from 'node:crypto';
import type { Call } from '../bus/protocol/index.js';

/** Characters of a prompt that are compared as one. */
const BLOCK = 512;
/** Prefixes of a request that are looked for, the longest ones. */
const MOST_PREFIXES = 64;

/**
 * Names the beginnings of what is asked, shortest first: two requests that begin alike share the first names. The last
 * names the whole.
 */
export function prefixNames(call: Call): readonly string[] {
  const hash = createHash('sha256').update(call.kind);
  return partsOf(call)
    .map((part) => hash.update(part).copy().digest('base64').slice(0, 22))
    .slice(-MOST_PREFIXES);
}

function partsOf(call: Call): string[] {
  if (call.kind === 'chat') return call.messages.map(({ role, content }) => `${role}\0${content}\0`);
  if (call.kind === 'embed') return [];
  // Whole blocks only: what goes on with this prompt shares them, wherever it ends.
  const { prompt } = call;
  return Array.from({ length: Math.floor(prompt.length / BLOCK) }, (_, at) =>
    prompt.slice(at * BLOCK, (at + 1) * BLOCK),
  );
}

/** Remembers which worker had a conversation lately; the oldest are forgotten. */
export class AffinityMap {
  readonly #entries: number;
  /** In the order of use. */
  readonly #workers = new Map<string, string>();

  constructor(entries: number) {
    this.#entries = entries;
  }

  /** The worker that had the longest beginning of the request. */
  find(names: readonly string[]): string | undefined {
    for (let index = names.length - 1; index >= 0; index--) {
      const worker = this.#workers.get(names[index]!);
      if (worker !== undefined) return worker;
    }
    return undefined;
  }

  remember(names: readonly string[], worker: string): void {
    const name = names.at(-1);
    if (name === undefined || this.#entries === 0) return;
    this.#workers.delete(name);
    this.#workers.set(name, worker);
    for (const oldest of this.#workers.keys()) {
      if (this.#workers.size <= this.#entries) break;
      this.#workers.delete(oldest);
    }
  }
}
