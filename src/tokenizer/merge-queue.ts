/** Two neighbouring tokens and how often they stand side by side. */
export interface PairCount {
  readonly left: number;
  readonly right: number;
  readonly count: number;
}

/** Pairs by count, the most frequent first; of equals the one whose ids are lower, so that the order is total. */
export class MergeQueue {
  readonly #heap: PairCount[] = [];

  push(pair: PairCount): void {
    const heap = this.#heap;
    let index = heap.push(pair) - 1;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!precedes(pair, heap[parent]!)) break;
      heap[index] = heap[parent]!;
      index = parent;
    }
    heap[index] = pair;
  }

  pop(): PairCount | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      if (child + 1 < heap.length && precedes(heap[child + 1]!, heap[child]!)) child++;
      if (child >= heap.length || !precedes(heap[child]!, last)) break;
      heap[index] = heap[child]!;
      index = child;
    }
    heap[index] = last;
    return first;
  }
}

function precedes(first: PairCount, second: PairCount): boolean {
  if (first.count !== second.count) return first.count > second.count;
  if (first.left !== second.left) return first.left < second.left;
  return first.right < second.right;
}
