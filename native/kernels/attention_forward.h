#pragma once

#include "attention_tile.h"

namespace vicuna {
namespace VICUNA_ISA {

/// Where the packed keys and values of each (sequence, key-value head) are in shared memory.
class PackedSequences {
 public:
  PackedSequences(const HeadShape& heads, const SequenceList& sequences, float* memory)
      : heads_(heads), sequences_(sequences), memory_(memory) {}

  static Index size(const HeadShape& heads, const SequenceList& sequences) {
    return (sequences.tokens() + sequences.count * kTileColumns) * heads.K * keySize(heads);
  }

  PackedKeys of(Index sequence, Index keyHead) const {
    // Whole panels: a sequence takes up to kTileColumns keys more than it has.
    const Index room = sequences_.length(sequence) + kTileColumns;
    const float* const keys =
        memory_ + ((sequences_.starts[sequence] + sequence * kTileColumns) * heads_.K + keyHead * room) * keySize(heads_);
    return {keys, keys + room * heads_.D};
  }

  void pack(Index sequence, Index keyHead, const float* qkv) const {
    const Index stride = heads_.rowSize(), D = heads_.D, length = sequences_.length(sequence);
    const float* const key = qkv + sequences_.starts[sequence] * stride + (heads_.H + keyHead) * D;
    const PackedKeys packed = of(sequence, keyHead);
    packRows<kTileColumns>(key, stride, length, D, const_cast<float*>(packed.keys));
    packHeadRows(key + heads_.K * D, stride, length, D, 1.0f, const_cast<float*>(packed.values_P));
  }

 private:
  static Index keySize(const HeadShape& heads) { return heads.D + paddedHead(heads.D); }

  const HeadShape& heads_;
  const SequenceList& sequences_;
  float* memory_;
};

void attentionForward(Workspace workspace, const AttentionForward& a) {
  const Index H = a.heads.H, K = a.heads.K, D = a.heads.D;
  const Index stride = a.heads.rowSize(), T = a.sequences.tokens(), stateSize = AttentionState::size(D);
  const PackedSequences packed(
      a.heads, a.sequences,
      workspace.scratch.get(ScratchUse::attentionShared, PackedSequences::size(a.heads, a.sequences)));
  float* const states = workspace.scratch.get(ScratchUse::attentionThread, workspace.pool.threads() * stateSize);
  const Index packTasks = a.sequences.count * K, attendTasks = a.sequences.tileCount * H;
  const Index groupSize = larger(packTasks, attendTasks);
  auto task = [&](Index number, int thread) {
    const Index inGroup = number % groupSize;
    if (number < groupSize) {
      if (inGroup < packTasks) packed.pack(inGroup / K, inGroup % K, a.qkv);
      return;
    }
    if (inGroup >= attendTasks) return;
    const AttentionTile tile = a.sequences.tiles[inGroup / H];
    const Index head = inGroup % H, start = a.sequences.starts[tile.sequence] + tile.firstRow;
    const Index rows = smaller(kAttentionRows, a.sequences.length(tile.sequence) - tile.firstRow);
    attendRows(AttentionState(states + thread * stateSize, D), a.qkv + start * stride + head * D, stride, rows, D,
               tile.firstRow + 1, packed.of(tile.sequence, head / (H / K)), a.output + start * H * D + head * D, H * D,
               a.logSumExp + head * T + start);
  };
  workspace.pool.runGroups(2, groupSize, task);
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
