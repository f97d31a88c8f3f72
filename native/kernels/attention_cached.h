#pragma once

#include "attention_tile.h"

// Attention for generation: new tokens of several sequences against each one's cache. A cache keeps, a key-value head after
// the other, what attention wants to read: key panels `[capacity / kTileColumns, D, kTileColumns]`, value rows `[capacity, P]`.

namespace vicuna {
namespace VICUNA_ISA {

VICUNA_INLINE Index headCacheSize(Index capacity, Index D) { return roundUp(capacity, kTileColumns) * (D + paddedHead(D)); }

Index cacheSize(const HeadShape& heads, Index capacity) { return heads.K * headCacheSize(capacity, heads.D); }

VICUNA_INLINE PackedKeys cachedKeys(const CachedAttention& a, Index keyHead) {
  const float* const keys = a.cache + keyHead * headCacheSize(a.capacity, a.heads.D);
  return {keys, keys + roundUp(a.capacity, kTileColumns) * a.heads.D};
}

VICUNA_INLINE void appendToCache(const CachedAttention& a, Index keyHead) {
  const Index D = a.heads.D, P = paddedHead(D), stride = a.heads.rowSize();
  const PackedKeys packed = cachedKeys(a, keyHead);
  for (Index t = 0; t < a.tokens; t++) {
    const Index position = a.past + t;
    const float *const key = a.qkv + t * stride + (a.heads.H + keyHead) * D, *const value = key + a.heads.K * D;
    float* const lane = const_cast<float*>(packed.keys) + position / kTileColumns * kTileColumns * D + position % kTileColumns;
    for (Index d = 0; d < D; d++) lane[d * kTileColumns] = key[d];
    packHeadRows(value, stride, 1, D, 1.0f, const_cast<float*>(packed.values_P) + position * P);
  }
}

void copyCache(Workspace workspace, const CacheCopy& c) {
  const Index D = c.heads.D, P = paddedHead(D);
  workspace.pool.run(c.heads.K, [&](Index head, int) {
    const float* const from = c.from + head * headCacheSize(c.fromCapacity, D);
    float* const to = c.to + head * headCacheSize(c.toCapacity, D);
    const Index panels = roundUp(c.tokens, kTileColumns) * D;
    std::memcpy(to, from, static_cast<std::size_t>(panels) * sizeof(float));
    std::memcpy(to + roundUp(c.toCapacity, kTileColumns) * D, from + roundUp(c.fromCapacity, kTileColumns) * D,
                static_cast<std::size_t>(c.tokens * P) * sizeof(float));
  });
}

/// Scores of one query row against whole panels of keys: the sum of multiplyTile, of several panels at once, whose chains
/// hide each other's latency.
template <int Panels>
VICUNA_INLINE void scorePanels(const float* query, Index D, const float* keys, float* scores) {
  Vec sums[Panels][kTileVectors]{};
  for (Index d = 0; d < D; d++) {
    const Vec factor = splat(query[d]);
#pragma GCC unroll 8
    for (int panel = 0; panel < Panels; panel++)
#pragma GCC unroll 2
      for (int j = 0; j < kTileVectors; j++)
        sums[panel][j] += factor * load(keys + (panel * D + d) * kTileColumns + j * kLanes);
  }
#pragma GCC unroll 8
  for (int panel = 0; panel < Panels; panel++)
#pragma GCC unroll 2
    for (int j = 0; j < kTileVectors; j++) store(scores + panel * kTileColumns + j * kLanes, sums[panel][j]);
}

/// attendRows for one query row, to the same bits: memory sets the pace, so that tiles of many rows would be wasted.
VICUNA_INLINE void attendOne(const AttentionState& state, const float* query, Index D, Index keys, const PackedKeys& packed,
                             float* output) {
  constexpr Index panels = 4, maxVectors = 8;
  const Index P = paddedHead(D);
  const float factor = 1.0f / __builtin_sqrtf(static_cast<float>(D));
  for (Index d = 0; d < D; d++) state.queries[d] = query[d] * factor;
  std::memset(state.outputs_P, 0, static_cast<std::size_t>(P) * sizeof(float));
  std::memset(state.sums, 0, kLanes * sizeof(float));
  *state.highest = -kInfinity;
  for (Index block = 0; block < keys; block += kKeyBlock) {
    const Index seen = smaller(kKeyBlock, keys - block), columns = roundUp(seen, kTileColumns);
    Index j = 0;
    for (; j + panels * kTileColumns <= columns; j += panels * kTileColumns)
      scorePanels<panels>(state.queries, D, packed.keys + (block + j) * D, state.scores + j);
    for (; j < columns; j += kTileColumns) scorePanels<1>(state.queries, D, packed.keys + (block + j) * D, state.scores + j);
    maskFrom(state.scores, seen, columns, -kInfinity);
    softmaxRow(state.scores, columns, P, state.sums, state.highest, state.outputs_P);
    for (Index first = 0; first < P; first += maxVectors * kLanes) {
      const Index vectors = smaller(maxVectors, (P - first) / kLanes);
      float* const outputs = state.outputs_P + first;
      Vec sums[maxVectors];
      for (Index v = 0; v < vectors; v++) sums[v] = load(outputs + v * kLanes);
      for (Index t = 0; t < seen; t++) {
        const Vec weight = splat(state.scores[t]);
        for (Index v = 0; v < vectors; v++) sums[v] += weight * load(packed.values_P + (block + t) * P + first + v * kLanes);
      }
      for (Index v = 0; v < vectors; v++) store(outputs + v * kLanes, sums[v]);
    }
  }
  const float inverse = 1.0f / sumOfLanes(load(state.sums));
  forEachVector(D, [&](Index d, auto access) { access.store(output + d, load(state.outputs_P + d) * inverse); });
}

void cachedAttention(Workspace workspace, const CachedAttention* sequences, Index count) {
  if (count == 0) return;
  const Index H = sequences[0].heads.H, K = sequences[0].heads.K, D = sequences[0].heads.D;
  const Index stride = sequences[0].heads.rowSize();
  Index tiles = 0;
  for (Index s = 0; s < count; s++) tiles = larger(tiles, pieces(sequences[s].tokens, kAttentionRows));
  const Index stateSize = AttentionState::size(D);
  float* const states = workspace.scratch.get(ScratchUse::attentionThread, workspace.pool.threads() * stateSize);
  const Index groupSize = count * H * tiles;
  auto task = [&](Index number, int thread) {
    const Index inGroup = number % groupSize, head = inGroup % H, tile = inGroup / H % tiles;
    const CachedAttention& a = sequences[inGroup / H / tiles];
    if (number < groupSize) {
      if (tile == 0 && head < K) appendToCache(a, head);
      return;
    }
    const Index first = tile * kAttentionRows, rows = smaller(kAttentionRows, a.tokens - first);
    if (rows <= 0) return;
    const AttentionState state(states + thread * stateSize, D);
    const PackedKeys packed = cachedKeys(a, head / (H / K));
    const float* const query = a.qkv + first * stride + head * D;
    float* const output = a.output + (first * H + head) * D;
    if (rows == 1) {
      attendOne(state, query, D, a.past + first + 1, packed, output);
    } else {
      attendRows(state, query, stride, rows, D, a.past + first + 1, packed, output, H * D, nullptr);
    }
  };
  workspace.pool.runGroups(2, groupSize, task);
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
