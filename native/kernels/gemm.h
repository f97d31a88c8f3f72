#pragma once

#include "kernel_table.h"
#include "pack.h"
#include "tile.h"
#include "weights.h"

// Matrix multiplication after Goto and van de Geijn (2008): a block of the right matrix is packed once for all threads and
// stays in the shared cache; each thread packs its block of the left matrix into its own cache; tiles run over both.
// While one block of the right matrix is multiplied with, the next is packed, so that threads meet once a block.

namespace vicuna {
namespace VICUNA_ISA {

constexpr Index kBlockDepth = 384;
constexpr Index kBlockColumns = 2048 / kTileColumns * kTileColumns;
constexpr Index kBlockRows = 96 / kTileRows * kTileRows;
/// Floats.
constexpr Index kCacheLine = 16;
/// Panels of the right matrix that one packing task takes.
constexpr Index kPanelsPerTask = 8;

class GemmPlan {
 public:
  GemmPlan(const MatrixMultiply& m, int threads)
      : m_(m),
        // Blocks of about equal depth; one block of depth 0 where there is nothing to sum.
        depth_(larger(roundUp(pieces(m.K, larger(pieces(m.K, kBlockDepth), 1)), 4), 4)),
        columns_(smaller(roundUp(m.N, kTileColumns), kBlockColumns)),
        depthBlocks_(larger(pieces(m.K, depth_), 1)),
        columnBlocks_(pieces(m.N, columns_)) {
    // Enough tasks to even out, few enough that each fills its caches.
    const Index wanted = 4 * threads;
    rows_ = smaller(kBlockRows, roundUp(pieces(m.M, wanted), kTileRows));
    rows_ = larger(rows_, smaller(kBlockRows / 2, roundUp(m.M, kTileRows)));
    rowBlocks_ = pieces(m.M, rows_);
    const Index panels = columns_ / kTileColumns;
    columnPieces_ = threads == 1 ? 1 : smaller(panels, pieces(wanted, rowBlocks_));
    pieceColumns_ = pieces(panels, columnPieces_) * kTileColumns;
    columnPieces_ = pieces(columns_, pieceColumns_);
    packTasks_ = pieces(panels, kPanelsPerTask);
  }

  void run(Workspace workspace) const {
    const Index rightSize = depth_ * columns_ + kPackingSlack, leftSize = rows_ * depth_ + kPackingSlack;
    float* const right = workspace.scratch.get(ScratchUse::gemmRight, 2 * rightSize);
    float* const left = workspace.scratch.get(ScratchUse::gemmLeft, workspace.pool.threads() * leftSize);
    const Index blocks = depthBlocks_ * columnBlocks_;
    const Index multiplyTasks = rowBlocks_ * columnPieces_;
    auto task = [&](Index number, int thread) {
      const Index group = number / (packTasks_ + multiplyTasks);
      const Index inGroup = number % (packTasks_ + multiplyTasks);
      if (inGroup < packTasks_) {
        if (group < blocks) packRight(group, inGroup, right + group % 2 * rightSize);
      } else if (group > 0) {
        const Index block = group - 1, piece = inGroup - packTasks_;
        multiplyBlock(block, piece / columnPieces_, piece % columnPieces_, right + block % 2 * rightSize,
                      left + thread * leftSize);
      }
    };
    workspace.pool.runGroups(blocks + 1, packTasks_ + multiplyTasks, task);
  }

 private:
  Index columnOf(Index block) const { return block / depthBlocks_ * columns_; }
  Index depthOf(Index block) const { return block % depthBlocks_ * depth_; }

  void packRight(Index block, Index task, float* right) const {
    const Index p = depthOf(block), depth = smaller(depth_, m_.K - p);
    const Index inBlock = task * kPanelsPerTask * kTileColumns;
    const Index column = columnOf(block) + inBlock;
    const Index lanes = smaller(kPanelsPerTask * kTileColumns, smaller(columns_ - inBlock, m_.N - column));
    if (lanes <= 0) return;
    float* const to = right + inBlock * depth;
    if (m_.rightTransposed) {
      packWeightRows(m_.right, m_.rightStride, column, lanes, p, depth, to);
    } else {
      const float* const values = static_cast<const float*>(m_.right.values);
      packColumns<kTileColumns>(values + p * m_.rightStride + column, m_.rightStride, lanes, depth, to);
    }
  }

  void packLeft(Index row, Index rows, Index p, Index depth, float* to) const {
    if (m_.leftTransposed) {
      packColumns<kTileRows>(m_.left + p * m_.leftStride + row, m_.leftStride, rows, depth, to);
    } else {
      packRows<kTileRows>(m_.left + row * m_.leftStride + p, m_.leftStride, rows, depth, to);
    }
  }

  void multiplyBlock(Index block, Index rowBlock, Index columnPiece, const float* right, float* left) const {
    const Index p = depthOf(block), depth = smaller(depth_, m_.K - p);
    const Index row = rowBlock * rows_, rows = smaller(rows_, m_.M - row);
    const Index inBlock = columnPiece * pieceColumns_;
    const Index column = columnOf(block) + inBlock;
    const Index columns = smaller(pieceColumns_, smaller(columns_ - inBlock, m_.N - column));
    if (columns <= 0) return;
    packLeft(row, rows, p, depth, left);
    float* const result = m_.result + row * m_.resultStride + column;
    const float* initial = p > 0 ? result : m_.initial;
    const Index initialStride = p > 0 ? m_.resultStride : m_.initialStride;
    if (p == 0 && initial != nullptr) initial += row * initialStride + column;
    for (Index j = 0; j < columns; j += kTileColumns) {
      const float* const panel = right + (inBlock + j) * depth;
      for (Index i = 0; i < rows; i += kTileRows) {
        // The next tile's sums begin with what is there: it comes from memory while this one is multiplied.
        prefetchTile(initial == nullptr ? result + j : initial + j, initial == nullptr ? m_.resultStride : initialStride,
                     i + kTileRows);
        multiplyPanels(depth, smaller(kTileRows, rows - i), smaller(kTileColumns, columns - j), left + i * depth, panel,
                       initial == nullptr ? nullptr : initial + i * initialStride + j, initialStride,
                       result + i * m_.resultStride + j, m_.resultStride);
      }
    }
  }

  /// Rows past the matrix's end do no harm: nothing is read.
  static void prefetchTile(const float* matrix, Index stride, Index row) {
    for (Index i = row; i < row + kTileRows; i++)
      for (Index column = 0; column < kTileColumns; column += kCacheLine)
        __builtin_prefetch(matrix + i * stride + column, 1);
  }

  static void multiplyPanels(Index depth, Index rows, Index columns, const float* left, const float* right,
                             const float* initial, Index initialStride, float* result, Index resultStride) {
    if (rows == kTileRows && columns == kTileColumns) {
      multiplyTile<kTileVectors, 1, kTileRows>(depth, left, right, kTileColumns, initial, initialStride, result,
                                               resultStride);
      return;
    }
    // At the matrix's edge: a whole tile, of which only a part is taken over.
    float whole[kTileRows * kTileColumns];
    multiplyTile<kTileVectors, 1, kTileRows>(depth, left, right, kTileColumns, nullptr, 0, whole, kTileColumns);
    for (Index i = 0; i < rows; i++)
      for (Index j = 0; j < columns; j++)
        result[i * resultStride + j] =
            (initial == nullptr ? 0.0f : initial[i * initialStride + j]) + whole[i * kTileColumns + j];
  }

  const MatrixMultiply& m_;
  Index depth_, columns_, depthBlocks_, columnBlocks_;
  Index rows_ = 0, rowBlocks_ = 0, columnPieces_ = 0, pieceColumns_ = 0, packTasks_ = 0;
};

void multiply(Workspace workspace, const MatrixMultiply& m) {
  if (m.M == 0 || m.N == 0) return;
  GemmPlan(m, workspace.pool.threads()).run(workspace);
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
