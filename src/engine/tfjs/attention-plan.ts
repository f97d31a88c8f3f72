// T tokens, B queries of a tile, U keys of a chunk.

/** Keys of a chunk, counted from its start, that each query of a tile sees: `[from[query], to[query])`. */
export interface Visibility {
  readonly from: Int32Array;
  readonly to: Int32Array;
}

/** Keys `[start, end)` that a tile of queries looks at in one go. */
export interface KeyChunk {
  readonly start: number;
  readonly end: number;
  /** Absent where every query sees every key. */
  readonly visibility?: Visibility;
}

/** Queries `[start, end)` and, in ascending order, the keys they may see. Every query sees a key of the first chunk. */
export interface AttentionTile {
  readonly start: number;
  readonly end: number;
  readonly chunks: readonly KeyChunk[];
}

/** How attention over a packed batch is cut up, so that T x T scores never exist at once. */
export type AttentionPlan = readonly AttentionTile[];

/** Most queries and keys that attention looks at in one go. */
export interface TileSizes {
  readonly queries: number;
  readonly keys: number;
}

/**
 * Cuts a packed batch. A sequence longer than a tile gets tiles of its own; neighbouring short ones share a tile, since a
 * tensor library's price is by the operation more than by the element.
 */
export function planPackedAttention(sequenceStarts: Int32Array, sizes: TileSizes): AttentionPlan {
  const tiles: AttentionTile[] = [];
  let group: number[] = [];
  const closeGroup = () => {
    if (group.length > 1) tiles.push(sharedTile(group));
    group = [];
  };
  for (let sequence = 0; sequence + 1 < sequenceStarts.length; sequence++) {
    const start = sequenceStarts[sequence]!;
    const end = sequenceStarts[sequence + 1]!;
    if (end === start) continue;
    if (end - (group[0] ?? start) > sizes.queries) closeGroup();
    if (end - start > sizes.queries) tiles.push(...sequenceTiles(start, end, 0, sizes));
    else group.push(...(group.length === 0 ? [start, end] : [end]));
  }
  closeGroup();
  return tiles;
}

/** Cuts `tokens` new tokens of one sequence that follow `past` cached ones. */
export function planDecodeAttention(past: number, tokens: number, sizes: TileSizes): AttentionPlan {
  return sequenceTiles(0, tokens, past, sizes);
}

/**
 * Tiles of one sequence, whose queries are tokens `[start, end)`. Its keys begin at `start` too: `past` earlier ones and
 * then those of the queries.
 */
function sequenceTiles(start: number, end: number, past: number, sizes: TileSizes): AttentionTile[] {
  const tiles: AttentionTile[] = [];
  for (let first = start; first < end; first += sizes.queries) {
    const last = Math.min(first + sizes.queries, end);
    const chunks: KeyChunk[] = [];
    for (let chunk = start; chunk < last + past; chunk += sizes.keys) {
      const chunkEnd = Math.min(chunk + sizes.keys, last + past);
      chunks.push({ start: chunk, end: chunkEnd, ...causal(last - first, chunkEnd - chunk, first + past + 1 - chunk) });
    }
    tiles.push({ start: first, end: last, chunks });
  }
  return tiles;
}

/** @param visible - keys that the first query sees; each later query sees one more. */
function causal(queries: number, keys: number, visible: number): { visibility?: Visibility } {
  if (visible >= keys) return {};
  const to = Int32Array.from({ length: queries }, (_, query) => Math.min(keys, Math.max(0, visible + query)));
  return { visibility: { from: new Int32Array(queries), to } };
}

/** @param bounds - where the sequences start, and the end of the last. */
function sharedTile(bounds: readonly number[]): AttentionTile {
  const start = bounds[0]!;
  const end = bounds.at(-1)!;
  if (end - start === 1) return { start, end, chunks: [{ start, end }] };
  const from = new Int32Array(end - start);
  for (let sequence = 0; sequence + 1 < bounds.length; sequence++)
    from.fill(bounds[sequence]! - start, bounds[sequence]! - start, bounds[sequence + 1]! - start);
  const to = from.map((_, query) => query + 1);
  return { start, end, chunks: [{ start, end, visibility: { from, to } }] };
}
