#pragma once

#include "kernel_table.h"
#include "pack.h"
#include "tile.h"
#include "weights.h"

// The products of skinny.h for many rows, in its order of sums, so that a row has the same bits in a prompt of thousands of
// tokens, in a chunk of it, and alone. There a lane of a vector is a place in the depth; tiles want lanes to be columns. So
// the depth is packed by lanes: what one lane of skinny.h adds is a tile's product of its own, a chain, and the kLanes tiles
// are added in the tree that sumOfLanes is.

namespace vicuna {
namespace VICUNA_ISA {

/// Columns of the depth that are packed as they are, then moved to their chains.
constexpr Index kWidePiece = 128;
constexpr Index kWideTile = kTileRows * kTileColumns;

/// Place of a lane's chain: the tree adds neighbours, and sumOfLanes adds first the lanes that are half a vector apart.
VICUNA_INLINE Index placeOfLane(Index lane) {
  Index place = 0;
  for (Index bit = 1; bit < kLanes; bit *= 2, lane /= 2) place = 2 * place + lane % 2;
  return place;
}

/// Lays an operand's panel `[Width, K]` out as chains `[kLanes, chain, Width]`. `pack(p, depth, to)` packs a piece of it.
template <int Width, class Pack>
VICUNA_INLINE void packChains(Index K, Index chain, float* to, Pack pack) {
  float piece[kWidePiece * Width + kPackingSlack];
  for (Index p = 0; p < K; p += kWidePiece) {
    const Index depth = smaller(kWidePiece, K - p);
    pack(p, depth, piece);
    for (Index i = 0; i < depth; i++)
      std::memcpy(to + (placeOfLane((p + i) % kLanes) * chain + (p + i) / kLanes) * Width, piece + i * Width,
                  Width * sizeof(float));
  }
  for (Index k = K; k < chain * kLanes; k++)
    std::memset(to + (placeOfLane(k % kLanes) * chain + k / kLanes) * Width, 0, Width * sizeof(float));
}

/// The product of two packed panels `[kTileRows, kTileColumns]`, at the front of `tiles`: as many as the tree has levels.
VICUNA_INLINE void multiplyChains(Index chain, const float* left, const float* right, float* tiles) {
  float* top = tiles;
  for (Index place = 0; place < kLanes; place++, top += kWideTile) {
    multiplyTile<kTileVectors, 1, kTileRows>(chain, left + place * chain * kTileRows, right + place * chain * kTileColumns,
                                             kTileColumns, nullptr, 0, top, kTileColumns);
    for (Index rest = place; rest % 2 == 1; rest /= 2) {
      top -= kWideTile;
      for (Index i = 0; i < kWideTile; i += kLanes) store(top + i, load(top + i) + load(top + kWideTile + i));
    }
  }
}

void wideMultiply(Workspace workspace, const SkinnyMultiply& s) {
  constexpr Index levels = 6;
  static_assert(kLanes < 1 << (levels - 1), "the tree has a level for every halving of a vector, and one to add");
  const Index chain = pieces(s.K, kLanes), depth = chain * kLanes, rowTiles = pieces(s.M, kTileRows);
  float* const left = workspace.scratch.get(ScratchUse::gemmLeft, rowTiles * depth * kTileRows);
  float* const panels = workspace.scratch.get(ScratchUse::gemmRight, workspace.pool.threads() * depth * kTileColumns);
  workspace.pool.run(rowTiles, [&](Index tile, int) {
    const Index row = tile * kTileRows, rows = smaller(kTileRows, s.M - row);
    packChains<kTileRows>(s.K, chain, left + row * depth, [&](Index p, Index count, float* to) {
      packRows<kTileRows>(s.input + row * s.K + p, s.K, rows, count, to);
    });
  });
  workspace.pool.run(pieces(s.N, kTileColumns), [&](Index task, int thread) {
    const Index column = task * kTileColumns, columns = smaller(kTileColumns, s.N - column);
    float* const panel = panels + thread * depth * kTileColumns;
    packChains<kTileColumns>(s.K, chain, panel, [&](Index p, Index count, float* to) {
      packWeightRows(s.weights, s.K, column, columns, p, count, to);
    });
    float tiles[levels * kWideTile];
    for (Index row = 0; row < s.M; row += kTileRows) {
      multiplyChains(chain, left + row * depth, panel, tiles);
      for (Index i = 0; i < smaller(kTileRows, s.M - row); i++) {
        const Index at = (row + i) * s.N + column;
        for (Index j = 0; j < columns; j++)
          s.result[at + j] = (s.initial == nullptr ? 0.0f : s.initial[at + j]) + tiles[i * kTileColumns + j];
      }
    }
  });
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
