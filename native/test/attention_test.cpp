#include "../model/batch.h"
#include "harness.h"

namespace vicuna::test {
namespace {

struct Plain {
  std::vector<double> output, qkvGradient;
};

/// Every sequence, head and row on its own, in double precision.
Plain plainAttention(const HeadShape& heads, const Ints& starts, const Floats& qkv, const Floats& outputGradient) {
  const auto [H, K, D] = heads;
  const Index stride = heads.rowSize(), T = starts.back();
  Plain plain{std::vector<double>(T * H * D), std::vector<double>(T * stride)};
  const double scale = 1 / std::sqrt(static_cast<double>(D));
  for (std::size_t s = 0; s + 1 < starts.size(); s++)
    for (Index h = 0; h < H; h++)
      for (Index t = starts[s]; t < starts[s + 1]; t++) {
        const Index q = t * stride + h * D, k = (H + h / (H / K)) * D, v = k + K * D;
        std::vector<double> weights;
        double sum = 0, top = -1e300, delta = 0;
        for (Index j = starts[s]; j <= t; j++) {
          double score = 0;
          for (Index d = 0; d < D; d++) score += static_cast<double>(qkv[q + d]) * qkv[j * stride + k + d];
          weights.push_back(score * scale);
          top = std::fmax(top, score * scale);
        }
        for (double& weight : weights) sum += weight = std::exp(weight - top);
        std::vector<double> dWeights;
        for (Index j = starts[s]; j <= t; j++) {
          const double weight = weights[j - starts[s]] /= sum;
          double dWeight = 0;
          for (Index d = 0; d < D; d++) {
            const double upstream = outputGradient[(t * H + h) * D + d];
            plain.output[(t * H + h) * D + d] += weight * qkv[j * stride + v + d];
            plain.qkvGradient[j * stride + v + d] += weight * upstream;
            dWeight += upstream * qkv[j * stride + v + d];
          }
          dWeights.push_back(dWeight);
          delta += weight * dWeight;
        }
        for (Index j = starts[s]; j <= t; j++) {
          const double dScore = weights[j - starts[s]] * (dWeights[j - starts[s]] - delta) * scale;
          for (Index d = 0; d < D; d++) {
            plain.qkvGradient[q + d] += dScore * qkv[j * stride + k + d];
            plain.qkvGradient[j * stride + k + d] += dScore * qkv[q + d];
          }
        }
      }
  return plain;
}

struct Case {
  HeadShape heads;
  Ints starts;
};

const std::vector<Case> cases = {
    {{1, 1, 2}, {0, 1}},           {{2, 2, 80}, {0, 1, 1, 18, 115}}, {{6, 2, 16}, {0, 96, 97, 289}},
    {{3, 1, 34}, {0, 0, 200, 200}}, {{2, 1, 64}, {0, 515}},           {{1, 1, 6}, {0, 12, 24, 60}},
};

std::string describe(const Case& c) {
  return std::to_string(c.heads.H) + "/" + std::to_string(c.heads.K) + " heads of " + std::to_string(c.heads.D) + ", " +
         std::to_string(c.starts.back()) + " tokens";
}

}  // namespace

VICUNA_TEST(attendsInPackedSequencesForwardAndBackward) {
  for (const Case& c : cases) {
    const Batch batch(Ints(c.starts.back()), Ints(c.starts.back(), -100), c.starts, Ints(c.starts.size() - 1));
    const Index T = batch.tokens(), rows = T * c.heads.H * c.heads.D;
    const Floats qkv = randomFloats(T * c.heads.rowSize(), 1), outputGradient = randomFloats(rows, 2);
    Floats output(rows, NAN), logSumExp(T * c.heads.H, NAN), gradient(T * c.heads.rowSize(), NAN), work(2 * rows, NAN);
    machine.kernels.attentionForward(machine.workspace(),
                                     {c.heads, batch.sequences(), qkv.data(), output.data(), logSumExp.data()});
    machine.kernels.attentionBackward(machine.workspace(), {c.heads, batch.sequences(), qkv.data(), output.data(),
                                                            logSumExp.data(), outputGradient.data(), gradient.data(),
                                                            work.data()});
    const Plain plain = plainAttention(c.heads, c.starts, qkv, outputGradient);
    expectClose(output, plain.output, 2e-6, describe(c) + ", output");
    expectClose(gradient, plain.qkvGradient, 5e-6, describe(c) + ", gradient");
  }
}

VICUNA_TEST(attendsToACacheInChunksAsToTheWholeSequence) {
  for (const Case& c : cases) {
    const Index T = c.starts.back(), stride = c.heads.rowSize(), size = c.heads.H * c.heads.D;
    const Floats qkv = randomFloats(T * stride, 3);
    const Plain plain = plainAttention(c.heads, {0, static_cast<std::int32_t>(T)}, qkv, Floats(T * size));
    Floats cache(machine.kernels.cacheSize(c.heads, T), NAN), output(T * size, NAN);
    for (Index past = 0, chunk = 1; past < T; past += chunk, chunk = chunk == 1 ? 7 : chunk == 7 ? 130 : 1) {
      const CachedAttention attention{c.heads, std::min(chunk, T - past), past, T, qkv.data() + past * stride, cache.data(),
                                      output.data() + past * size};
      machine.kernels.cachedAttention(machine.workspace(), &attention, 1);
    }
    expectClose(output, plain.output, 2e-6, describe(c));
  }
}

VICUNA_TEST(attendsToCachesOfSeveralSequencesAtOnce) {
  const HeadShape heads{4, 2, 20};
  const Index pasts[] = {0, 5, 40}, size = heads.H * heads.D;
  std::vector<Floats> caches, all;
  std::vector<CachedAttention> step;
  Floats outputs(3 * size, NAN), queries;
  std::vector<double> expected;
  for (const Index past : pasts) {
    all.push_back(randomFloats((past + 1) * heads.rowSize(), static_cast<unsigned>(past)));
    caches.emplace_back(machine.kernels.cacheSize(heads, past + 1), NAN);
    const Plain plain = plainAttention(heads, {0, static_cast<std::int32_t>(past + 1)}, all.back(), Floats((past + 1) * size));
    expected.insert(expected.end(), plain.output.end() - size, plain.output.end());
    Floats unused((past + 1) * size);
    const CachedAttention prompt{heads, past, 0, past + 1, all.back().data(), caches.back().data(), unused.data()};
    if (past > 0) machine.kernels.cachedAttention(machine.workspace(), &prompt, 1);
  }
  for (std::size_t i = 0; i < 3; i++)
    step.push_back({heads, 1, pasts[i], pasts[i] + 1, all[i].data() + pasts[i] * heads.rowSize(), caches[i].data(),
                    outputs.data() + i * size});
  machine.kernels.cachedAttention(machine.workspace(), step.data(), 3);
  expectClose(outputs, expected, 2e-6, "three sequences");
}

VICUNA_TEST(attendsToACacheToTheSameBitsHoweverAPromptIsCut) {
  for (const Case& c : cases) {
    const Index T = c.starts.back(), stride = c.heads.rowSize(), size = c.heads.H * c.heads.D;
    const Floats qkv = randomFloats(T * stride, 3);
    const auto attend = [&](const std::function<Index(Index)>& chunkAt) {
      Floats cache(machine.kernels.cacheSize(c.heads, T), NAN), output(T * size, NAN);
      for (Index past = 0, chunk; past < T; past += chunk) {
        chunk = std::min(chunkAt(past), T - past);
        const CachedAttention attention{c.heads, chunk, past, T, qkv.data() + past * stride, cache.data(),
                                        output.data() + past * size};
        machine.kernels.cachedAttention(machine.workspace(), &attention, 1);
      }
      return output;
    };
    const Floats whole = attend([&](Index) { return T; });
    expectSame(attend([](Index) { return 1; }), whole, describe(c) + ", row by row");
    expectSame(attend([](Index past) { return past % 3 == 0 ? 1 : 101; }), whole, describe(c) + ", in chunks");
  }
}

VICUNA_TEST(copiesTheBeginningOfACache) {
  for (const Case& c : cases) {
    const Index T = c.starts.back(), kept = T - 1, capacity = T + 70, stride = c.heads.rowSize(), size = c.heads.H * c.heads.D;
    const Floats qkv = randomFloats(T * stride, 5);
    Floats cache(machine.kernels.cacheSize(c.heads, T), NAN), copy(machine.kernels.cacheSize(c.heads, capacity), NAN);
    Floats output(T * size, NAN), again(size, NAN);
    const CachedAttention all{c.heads, T, 0, T, qkv.data(), cache.data(), output.data()};
    machine.kernels.cachedAttention(machine.workspace(), &all, 1);
    machine.kernels.copyCache(machine.workspace(), {c.heads, kept, cache.data(), T, copy.data(), capacity});
    const CachedAttention last{c.heads, 1, kept, capacity, qkv.data() + kept * stride, copy.data(), again.data()};
    machine.kernels.cachedAttention(machine.workspace(), &last, 1);
    expectSame(again, Floats(output.end() - size, output.end()), describe(c));
  }
}

}  // namespace vicuna::test
