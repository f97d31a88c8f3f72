// T tokens, B queries of a tile, U keys of a chunk.

/** Keys `[start, end)` that a tile of queries looks at in one go. */
export interface KeyChunk {
  readonly start: number;
  readonly end: number;
  /** `[B, U]`, 0 where a query sees a key and {@link HIDDEN} where not; absent where every query sees every key. */
  readonly mask_BU?: Float32Array;
}

/** Queries `[start, end)` and, in ascending order, the keys they may see. */
export interface AttentionTile {
  readonly start: number;
  readonly end: number;
  readonly chunks: readonly KeyChunk[];
}

/** How attention over a packed batch is cut up, so that T x T scores never exist at once. */
export interface AttentionPlan {
  readonly queries: number;
  readonly keys: number;
  readonly tiles: readonly AttentionTile[];
}

export interface TileSizes {
  readonly queries: number;
  /** A multiple of `queries`, so that only the last chunk of a tile reaches beyond its first query. */
  readonly keys: number;
}

/** Added to a hidden score. Finite: infinities would turn into NaN where a whole row of a chunk is hidden. */
export const HIDDEN = -1e30;

/**
 * Cuts a packed batch. A sequence longer than a tile gets tiles of its own; neighbouring short ones share a tile and are
 * kept apart by its mask, since a tensor library's price is by the operation more than by the element.
 */
export function planPackedAttention(sequenceStarts: Int32Array, sizes: TileSizes): AttentionPlan {
  const tiles: AttentionTile[] = [];
  const masks = new MaskPool();
  let group: number[] = [];
  const closeGroup = () => {
    const start = group[0];
    const end = group.at(-1);
    if (start !== undefined && end !== undefined && end > start)
      tiles.push({ start, end, chunks: [{ start, end, ...masks.ofGroup(group) }] });
    group = [];
  };
  for (let sequence = 0; sequence + 1 < sequenceStarts.length; sequence++) {
    const start = sequenceStarts[sequence]!;
    const end = sequenceStarts[sequence + 1]!;
    if (end === start) continue;
    if (end - (group[0] ?? start) > sizes.queries) closeGroup();
    if (end - start <= sizes.queries) {
      if (group.length === 0) group.push(start);
      group.push(end);
    } else tiles.push(...sequenceTiles({ start, end, past: 0, keyStart: start }, sizes, masks));
  }
  closeGroup();
  const tokens = sequenceStarts.at(-1) ?? 0;
  return { queries: tokens, keys: tokens, tiles };
}

/** Cuts `tokens` new tokens of one sequence that follow `past` cached ones. */
export function planDecodeAttention(past: number, tokens: number, sizes: TileSizes): AttentionPlan {
  const tiles = sequenceTiles({ start: 0, end: tokens, past, keyStart: 0 }, sizes, new MaskPool());
  return { queries: tokens, keys: past + tokens, tiles };
}

interface SequenceSpan {
  /** Its queries. */
  readonly start: number;
  readonly end: number;
  /** Keys before its first query. */
  readonly past: number;
  readonly keyStart: number;
}

function sequenceTiles(span: SequenceSpan, sizes: TileSizes, masks: MaskPool): AttentionTile[] {
  const tiles: AttentionTile[] = [];
  for (let start = span.start; start < span.end; start += sizes.queries) {
    const end = Math.min(start + sizes.queries, span.end);
    const keyOfQuery = (query: number) => span.keyStart + span.past + (query - span.start);
    const keyEnd = keyOfQuery(end);
    const chunks: KeyChunk[] = [];
    for (let chunkStart = span.keyStart; chunkStart < keyEnd; chunkStart += sizes.keys) {
      const chunkEnd = Math.min(chunkStart + sizes.keys, keyEnd);
      const visible = keyOfQuery(start) + 1 - chunkStart;
      const mask = visible < chunkEnd - chunkStart ? masks.causal(end - start, chunkEnd - chunkStart, visible) : {};
      chunks.push({ start: chunkStart, end: chunkEnd, ...mask });
    }
    tiles.push({ start, end, chunks });
  }
  return tiles;
}

/** Makes every different mask once, so that a batch holds few of them. */
class MaskPool {
  readonly #masks = new Map<string, Float32Array>();

  /** @param visible - keys that the first query sees; each later query sees one more. */
  causal(queries: number, keys: number, visible: number): { mask_BU: Float32Array } {
    const mask_BU = this.#reuse(`causal ${queries} ${keys} ${visible}`, queries * keys, (mask) => {
      for (let query = 0; query < queries; query++)
        mask.fill(HIDDEN, query * keys + Math.min(keys, Math.max(0, visible + query)), (query + 1) * keys);
    });
    return { mask_BU };
  }

  /** @param bounds - where the sequences of a shared tile start, and the end of the last. */
  ofGroup(bounds: readonly number[]): { mask_BU?: Float32Array } {
    const first = bounds[0]!;
    const tokens = bounds.at(-1)! - first;
    if (tokens === 1) return {};
    const offsets = bounds.map((bound) => bound - first);
    const mask_BU = this.#reuse(`group ${offsets.join(' ')}`, tokens * tokens, (mask) => {
      mask.fill(HIDDEN);
      for (let sequence = 0; sequence + 1 < offsets.length; sequence++) {
        const start = offsets[sequence]!;
        for (let query = start; query < offsets[sequence + 1]!; query++)
          mask.fill(0, query * tokens + start, query * tokens + query + 1);
      }
    });
    return { mask_BU };
  }

  #reuse(key: string, size: number, fill: (mask: Float32Array) => void): Float32Array {
    let mask = this.#masks.get(key);
    if (mask === undefined) {
      mask = new Float32Array(size);
      fill(mask);
      this.#masks.set(key, mask);
    }
    return mask;
  }
}
