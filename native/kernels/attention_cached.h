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

/// One query row against `keys` keys: memory sets the pace, so that tiles of many rows would be wasted. Two passes over
/// blocks of scores; the running maximum as in attendRows.
VICUNA_INLINE void attendOne(float* scores, const float* query, Index D, Index keys, const PackedKeys& packed,
                             float* output) {
  constexpr Index maxVectors = 4;
  const Index P = paddedHead(D);
  const float scale = 1.0f / __builtin_sqrtf(static_cast<float>(D));
  Vec top = splat(-kInfinity);
  for (Index block = 0; block < keys; block += kTileColumns) {
    const float* panel = packed.keys + block * D;
    Vec even[kTileVectors]{}, odd[kTileVectors]{};
    for (Index d = 0; d < D; d += 2, panel += 2 * kTileColumns)
      for (int j = 0; j < kTileVectors; j++) {
        even[j] += query[d] * load(panel + j * kLanes);
        odd[j] += query[d + 1] * load(panel + kTileColumns + j * kLanes);
      }
    for (int j = 0; j < kTileVectors; j++) store(scores + block + j * kLanes, (even[j] + odd[j]) * scale);
    maskFrom(scores + block, keys - block, kTileColumns, -kInfinity);
    for (int j = 0; j < kTileVectors; j++) top = maximum(load(scores + block + j * kLanes), top);
  }
  const float highest = largestLane(top);
  Vec total{};
  for (Index j = 0; j < roundUp(keys, kTileColumns); j += kLanes) {
    const Vec weight = exponential(load(scores + j) - highest);
    total += weight;
    store(scores + j, weight);
  }
  const float inverse = 1.0f / sumOfLanes(total);
  for (Index first = 0; first < P; first += maxVectors * kLanes) {
    const Index vectors = smaller(maxVectors, (P - first) / kLanes);
    Vec sums[maxVectors]{};
    for (Index t = 0; t < keys; t++)
      for (Index j = 0; j < vectors; j++) sums[j] += scores[t] * load(packed.values_P + t * P + first + j * kLanes);
    for (Index j = 0; j < vectors; j++) {
      const Index d = first + j * kLanes;
      storeFirst(output + d, sums[j] * inverse, smaller(kLanes, D - d));
    }
  }
}

void cachedAttention(Workspace workspace, const CachedAttention* sequences, Index count) {
  if (count == 0) return;
  const Index H = sequences[0].heads.H, K = sequences[0].heads.K, D = sequences[0].heads.D;
  const Index stride = sequences[0].heads.rowSize();
  Index tiles = 0, longest = 0;
  for (Index s = 0; s < count; s++) {
    tiles = larger(tiles, pieces(sequences[s].tokens, kAttentionRows));
    longest = larger(longest, sequences[s].past + sequences[s].tokens);
  }
  const Index stateSize = larger(AttentionState::size(D), roundUp(longest, kTileColumns));
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
    float* const state = states + thread * stateSize;
    const PackedKeys packed = cachedKeys(a, head / (H / K));
    const float* const query = a.qkv + first * stride + head * D;
    float* const output = a.output + (first * H + head) * D;
    if (rows == 1) {
      attendOne(state, query, D, a.past + first + 1, packed, output);
    } else {
      attendRows(AttentionState(state, D), query, stride, rows, D, a.past + first + 1, packed, output, H * D, nullptr);
    }
  };
  workspace.pool.runGroups(2, groupSize, task);
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
