#include "harness.h"

// Kernels that work row by row: norms, rotations, activations, losses, embeddings, updates.

namespace vicuna::test {
namespace {

constexpr Index kSizes[] = {1, 2, 17, 64, 515};

}  // namespace

VICUNA_TEST(normalisesRowsForwardAndBackward) {
  for (const Index C : kSizes) {
    const Index rows = 67;
    const float epsilon = 1e-5f;
    const Floats x = randomFloats(rows * C, 1), w = randomFloats(C, 2), dy = randomFloats(rows * C, 3);
    Floats y(rows * C, NAN), dx = randomFloats(rows * C, 4), dw = randomFloats(C, 5);
    std::vector<double> plainY, plainDx(dx.begin(), dx.end()), plainDw(dw.begin(), dw.end());
    for (Index row = 0; row < rows; row++) {
      double squares = 0, products = 0;
      for (Index c = 0; c < C; c++) squares += static_cast<double>(x[row * C + c]) * x[row * C + c];
      const double root = 1 / std::sqrt(squares / C + epsilon);
      for (Index c = 0; c < C; c++) products += static_cast<double>(dy[row * C + c]) * w[c] * x[row * C + c];
      for (Index c = 0; c < C; c++) {
        const Index i = row * C + c;
        plainY.push_back(x[i] * root * w[c]);
        plainDx[i] += dy[i] * static_cast<double>(w[c]) * root - x[i] * products * root * root * root / C;
        plainDw[c] += static_cast<double>(dy[i]) * x[i] * root;
      }
    }
    machine.kernels.rmsNormForward(machine.workspace(), {rows, C, epsilon, x.data(), w.data(), y.data(), nullptr});
    machine.kernels.rmsNormBackward(machine.workspace(),
                                    {rows, C, epsilon, x.data(), w.data(), dy.data(), dx.data(), dw.data(), nullptr});
    expectClose(y, plainY, 1e-6, "output of " + std::to_string(C));
    expectClose(dx, plainDx, 2e-6, "input gradient of " + std::to_string(C));
    expectClose(dw, plainDw, 2e-6, "weight gradient of " + std::to_string(C));
    Floats frozen = randomFloats(rows * C, 4);
    machine.kernels.rmsNormBackward(
        machine.workspace(), {rows, C, epsilon, x.data(), w.data(), dy.data(), frozen.data(), nullptr, nullptr});
    if (frozen != dx) fail("a frozen weight changes the input gradient of " + std::to_string(C));
  }
}

VICUNA_TEST(dropsByPlaceAlone) {
  const auto mix = [](std::uint32_t x) {
    x = (x ^ (x >> 16)) * 0x7feb352dU;
    x = (x ^ (x >> 15)) * 0x846ca68bU;
    return x ^ (x >> 16);
  };
  for (const Index C : kSizes) {
    const Index rows = 37;
    const std::uint32_t seed = 0xfffffffeU, threshold = 5'000'000;
    const Floats x = randomFloats(rows * C, 1), before = randomFloats(rows * C, 2);
    Ints ids(rows), positions(rows);
    for (Index row = 0; row < rows; row++) {
      ids[row] = static_cast<std::int32_t>(3 - row / 5);
      positions[row] = static_cast<std::int32_t>(row % 5);
    }
    Floats output(rows * C, NAN), sum = before;
    std::vector<double> plain, plainSum;
    for (Index row = 0; row < rows; row++)
      for (Index c = 0; c < C; c++) {
        const std::uint32_t key = mix(mix(mix(mix(seed) ^ 6) ^ static_cast<std::uint32_t>(ids[row])) ^
                                      static_cast<std::uint32_t>(positions[row]));
        const bool isKept = mix(mix(static_cast<std::uint32_t>(c)) ^ key) >> 8 >= threshold;
        plain.push_back(isKept ? 1.25 * x[row * C + c] : 0);
        plainSum.push_back(before[row * C + c] + plain.back());
      }
    const auto drop = [&](bool accumulate, Floats& to) {
      machine.kernels.dropout(machine.workspace(), {rows, C, x.data(), ids.data(), positions.data(), seed, 6, threshold,
                                                    1.25f, accumulate, to.data()});
    };
    drop(false, output);
    drop(true, sum);
    expectClose(output, plain, 1e-7, "kept of " + std::to_string(C));
    expectClose(sum, plainSum, 1e-6, "sum of " + std::to_string(C));
  }
}

VICUNA_TEST(rotationsAreUndoneByTheirOpposite) {
  for (const Index D : {Index{2}, Index{6}, Index{16}, Index{80}}) {
    const Index tokens = 41, heads = 3, stride = heads * D + 5;
    Floats table, vectors = randomFloats(tokens * stride, 1);
    Ints positions(tokens);
    for (Index t = 0; t < tokens; t++) {
      positions[t] = static_cast<std::int32_t>(tokens - 1 - t);
      for (Index pair = 0; pair < D / 2; pair++) table.push_back(std::cos(0.1f * t * (pair + 1)));
      for (Index pair = 0; pair < D / 2; pair++) table.push_back(std::sin(0.1f * t * (pair + 1)));
    }
    const std::vector<double> before(vectors.begin(), vectors.end());
    std::vector<double> turned = before;
    for (Index t = 0; t < tokens; t++)
      for (Index head = 0; head < heads; head++)
        for (Index pair = 0; pair < D / 2; pair++) {
          const Index a = t * stride + head * D + pair, b = a + D / 2;
          const double angle = static_cast<double>(0.1f * static_cast<float>(positions[t]) * static_cast<float>(pair + 1));
          turned[a] = before[a] * std::cos(angle) - before[b] * std::sin(angle);
          turned[b] = before[b] * std::cos(angle) + before[a] * std::sin(angle);
        }
    const auto rotate = [&](float direction) {
      machine.kernels.rope(machine.workspace(),
                           {tokens, heads, D, vectors.data(), stride, table.data(), positions.data(), direction});
    };
    rotate(1);
    expectClose(vectors, turned, 2e-6, "rotated heads of " + std::to_string(D));
    rotate(-1);
    expectClose(vectors, before, 1e-6, "rotated back, heads of " + std::to_string(D));
  }
}

VICUNA_TEST(gatesForwardAndBackward) {
  for (const Index F : kSizes) {
    const Index tokens = 19;
    Floats gateUp = randomFloats(tokens * 2 * F, 1, 4), dOut = randomFloats(tokens * F, 2);
    // Far out the exponential overflows or vanishes; neither may show.
    gateUp[0] = 200;
    gateUp[2 * F] = -200;
    Floats out(tokens * F, NAN), gradient(tokens * 2 * F, NAN);
    std::vector<double> plainOut, plainGradient(tokens * 2 * F);
    for (Index t = 0; t < tokens; t++)
      for (Index f = 0; f < F; f++) {
        const double gate = gateUp[t * 2 * F + f], up = gateUp[t * 2 * F + F + f], d = dOut[t * F + f];
        const double share = 1 / (1 + std::exp(-gate));
        plainOut.push_back(gate * share * up);
        plainGradient[t * 2 * F + f] = d * up * share * (1 + gate * (1 - share));
        plainGradient[t * 2 * F + F + f] = d * gate * share;
      }
    machine.kernels.swigluForward(machine.workspace(), {tokens, F, gateUp.data(), out.data()});
    machine.kernels.swigluBackward(machine.workspace(), {tokens, F, gateUp.data(), dOut.data(), gradient.data()});
    expectClose(out, plainOut, 1e-6, "output of " + std::to_string(F));
    expectClose(gradient, plainGradient, 1e-6, "gradient of " + std::to_string(F));
  }
}

VICUNA_TEST(lossesAndTheirGradientsFollowTheSoftmax) {
  for (const Index V : {Index{1}, Index{2}, Index{33}, Index{1000}}) {
    const Index rows = 13;
    const Floats z = randomFloats(rows * V, 1, 5);
    Floats logits = z, losses(rows, NAN);
    Ints targets(rows);
    for (Index row = 0; row < rows; row++) targets[row] = static_cast<std::int32_t>(row * 7 % V);
    std::vector<double> plainLosses, plainGradient;
    for (Index row = 0; row < rows; row++) {
      double sum = 0;
      for (Index v = 0; v < V; v++) sum += std::exp(static_cast<double>(z[row * V + v]));
      plainLosses.push_back(std::log(sum) - z[row * V + targets[row]]);
      for (Index v = 0; v < V; v++)
        plainGradient.push_back(0.25 * (std::exp(static_cast<double>(z[row * V + v])) / sum - (v == targets[row])));
    }
    machine.kernels.crossEntropy(machine.workspace(), {rows, V, logits.data(), targets.data(), losses.data(), true, 0.25f});
    expectClose(losses, plainLosses, 1e-6, "losses of " + std::to_string(V));
    expectClose(logits, plainGradient, 1e-6, "gradient of " + std::to_string(V));
  }
}

VICUNA_TEST(whatIsNotANumberStaysSo) {
  Floats logits(40, 0.5f), loss(1);
  logits[21] = NAN;
  const Ints target{3};
  machine.kernels.crossEntropy(machine.workspace(), {1, 40, logits.data(), target.data(), loss.data(), false, 1});
  if (!std::isnan(loss[0])) fail("a loss lost its NaN");
  Floats gateUp(64, NAN), out(32);
  machine.kernels.swigluForward(machine.workspace(), {1, 32, gateUp.data(), out.data()});
  for (const float value : out)
    if (!std::isnan(value)) fail("an activation lost its NaN");
}

VICUNA_TEST(embeddingsAreGatheredAndTheirGradientsScattered) {
  const Index tokens = 301, V = 9;
  for (const Index C : kSizes) {
    const Floats table = randomFloats(V * C, 1), gradient = randomFloats(tokens * C, 2);
    Floats output(tokens * C, NAN), sum = randomFloats(V * C, 3);
    Ints ids(tokens);
    for (Index t = 0; t < tokens; t++) ids[t] = static_cast<std::int32_t>(t * t % V);
    std::vector<double> plainOutput, plainSum(sum.begin(), sum.end());
    for (Index t = 0; t < tokens; t++)
      for (Index c = 0; c < C; c++) {
        plainOutput.push_back(table[ids[t] * C + c]);
        plainSum[ids[t] * C + c] += gradient[t * C + c];
      }
    machine.kernels.embeddingForward(machine.workspace(),
                                     {tokens, C, ids.data(), {WeightFormat::float32, table.data(), nullptr}, output.data()});
    machine.kernels.embeddingBackward(machine.workspace(), {tokens, C, ids.data(), gradient.data(), sum.data()});
    expectClose(output, plainOutput, 0, "rows of " + std::to_string(C));
    expectClose(sum, plainSum, 2e-6, "gradient of " + std::to_string(C));
  }
}

VICUNA_TEST(sumsSquaresInDoublePrecision) {
  for (const Index length : {Index{0}, Index{1}, Index{17}, Index{65537}, Index{300001}}) {
    const Floats values = randomFloats(length, 1);
    double sum = 0;
    for (const float value : values) sum += static_cast<double>(value) * value;
    const double actual = machine.kernels.sumOfSquares(machine.workspace(), values.data(), length);
    if (!(std::fabs(actual - sum) <= 1e-12 * sum)) fail("sum of " + std::to_string(length) + " squares");
  }
}

VICUNA_TEST(updatesOnlyItsRange) {
  const Index length = 50, begin = 3, end = 40;
  const Floats p = randomFloats(length, 1), g = randomFloats(length, 2), m = randomFloats(length, 3);
  Floats v = randomFloats(length, 4), parameters = p, first = m;
  for (float& value : v) value = std::fabs(value);
  Floats second = v;
  AdamW a{parameters.data(), first.data(), second.data(), g.data(), begin, end, 0.5f, 0.9f, 0.1f, 0.99f, 0.01f, 0.02f, 1.5f,
          1e-8f, 0.003f};
  machine.kernels.adamw(machine.workspace(), a);
  std::vector<double> plain(p.begin(), p.end());
  for (Index i = begin; i < end; i++) {
    const double gradient = 0.5 * g[i], newM = 0.9 * m[i] + 0.1 * gradient, newV = 0.99 * v[i] + 0.01 * gradient * gradient;
    plain[i] = p[i] * (1 - 0.003) - 0.02 * newM / (std::sqrt(newV) * 1.5 + 1e-8);
  }
  expectClose(parameters, plain, 2e-7, "parameters");
  for (Index i = 0; i < length; i++)
    if ((i < begin || i >= end) && (parameters[i] != p[i] || first[i] != m[i] || second[i] != v[i])) fail("out of range");
}

}  // namespace vicuna::test
