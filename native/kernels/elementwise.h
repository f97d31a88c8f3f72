#pragma once

#include "kernel_table.h"
#include "simd.h"
#include "weights.h"

namespace vicuna {
namespace VICUNA_ISA {

void rope(Workspace workspace, const Rope& r) {
  const Index half = r.D / 2;
  workspace.pool.runRanges(r.tokens, 32, [&](Index begin, Index end, int) {
    for (Index t = begin; t < end; t++) {
      const float *const cosines = r.table + r.positions[t] * r.D, *const sines = cosines + half;
      for (Index head = 0; head < r.heads; head++) {
        float *const first = r.vectors + t * r.stride + head * r.D, *const second = first + half;
        forEachVector(half, [&](Index i, auto access) {
          const Vec a = access.load(first + i), b = access.load(second + i);
          const Vec cosine = access.load(cosines + i), sine = access.load(sines + i) * r.direction;
          access.store(first + i, a * cosine - b * sine);
          access.store(second + i, b * cosine + a * sine);
        });
      }
    }
  });
}

VICUNA_INLINE Vec sigmoid(Vec x) { return 1.0f / (1.0f + exponential(-x)); }

/// SwiGLU (Shazeer 2020): silu(gate) * up.
void swigluForward(Workspace workspace, const SwigluForward& s) {
  workspace.pool.runRanges(s.tokens, 8, [&](Index begin, Index end, int) {
    for (Index t = begin; t < end; t++) {
      const float *const gate_F = s.gateUp + t * 2 * s.F, *const up_F = gate_F + s.F;
      forEachVector(s.F, [&](Index f, auto access) {
        const Vec gate = access.load(gate_F + f);
        access.store(s.output + t * s.F + f, gate * sigmoid(gate) * access.load(up_F + f));
      });
    }
  });
}

void swigluBackward(Workspace workspace, const SwigluBackward& s) {
  workspace.pool.runRanges(s.tokens, 8, [&](Index begin, Index end, int) {
    for (Index t = begin; t < end; t++) {
      const float *const gate_F = s.gateUp + t * 2 * s.F, *const up_F = gate_F + s.F;
      float *const dGate_F = s.gateUpGradient + t * 2 * s.F, *const dUp_F = dGate_F + s.F;
      forEachVector(s.F, [&](Index f, auto access) {
        const Vec gate = access.load(gate_F + f), up = access.load(up_F + f);
        const Vec dOut = access.load(s.outputGradient + t * s.F + f), share = sigmoid(gate);
        access.store(dUp_F + f, dOut * gate * share);
        access.store(dGate_F + f, dOut * up * share * (1.0f + gate * (1.0f - share)));
      });
    }
  });
}

void embeddingForward(Workspace workspace, const EmbeddingForward& e) {
  workspace.pool.runRanges(e.tokens, 64, [&](Index begin, Index end, int) {
    for (Index t = begin; t < end; t++) widenRowOf(e.table, e.C, e.ids[t], 0, e.C, e.output + t * e.C);
  });
}

/// Each task adds one range of columns for all tokens in their order: no two write the same place, and the sum of a token
/// that occurs often does not depend on the threads.
void embeddingBackward(Workspace workspace, const EmbeddingBackward& e) {
  workspace.pool.runRanges(e.C, 128, [&](Index begin, Index end, int) {
    for (Index t = 0; t < e.tokens; t++) {
      float* const to = e.tableGradient + e.ids[t] * e.C + begin;
      const float* const from = e.outputGradient + t * e.C + begin;
      forEachVector(end - begin, [&](Index c, auto access) {
        access.store(to + c, access.load(to + c) + access.load(from + c));
      });
    }
  });
}

constexpr Index kVectorGrain = Index{1} << 15;

void copy(Workspace workspace, const float* from, float* to, Index length) {
  workspace.pool.runRanges(length, kVectorGrain, [&](Index begin, Index end, int) {
    std::memcpy(to + begin, from + begin, static_cast<std::size_t>(end - begin) * sizeof(float));
  });
}

void fillZero(Workspace workspace, float* values, Index length) {
  workspace.pool.runRanges(length, kVectorGrain, [&](Index begin, Index end, int) {
    std::memset(values + begin, 0, static_cast<std::size_t>(end - begin) * sizeof(float));
  });
}

}  // namespace VICUNA_ISA
}  // namespace vicuna
