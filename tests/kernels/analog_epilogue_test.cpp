#include "kernels/analog_epilogue.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/gaussian.h"
#include "tests/support/isa_scope.h"
#include "tests/support/plain_quantizer.h"
#include "tests/support/random_values.h"

using namespace dpac;
using test::quantised;

namespace {

constexpr NoiseKey kKey{.seed = 11, .layer = 4, .sample = 123};

/// One epilogue problem with its data.
struct Case {
  int64_t channels, pixels;
  int block;
  Activation activation;
  bool residual, relu_after;
  std::vector<PixelRun> runs;
  std::vector<float> gains, scales, y, shortcut, floors = {};
  std::vector<int32_t> repeats = {};
  Quantizer quantizer = {}, result_quantizer = {};
  bool noise = true;

  Case(int64_t c, int64_t p, int b, Activation activation_before, bool has_residual, bool relu_behind)
      : channels(c),
        pixels(p),
        block(b),
        activation(activation_before),
        residual(has_residual),
        relu_after(relu_behind) {
    for (int64_t begin = 0; begin < pixels; begin += 7) {
      runs.push_back({begin, std::min(pixels, begin + 7), (begin / 7) % 3});
    }
    const auto padded = static_cast<std::size_t>(map().padded_channels());
    gains = test::random_values(3 * padded, 1, 0.1f, 2.0f);
    for (std::size_t i = 0; i < gains.size(); ++i) {
      if (static_cast<int64_t>(i % padded) >= channels) gains[i] = 0.0f;
    }
    scales = test::random_values(static_cast<std::size_t>(pixels), 2, 0.0f, 3.0f);
    y = test::random_values(static_cast<std::size_t>(map().size()), 3, -2.0f, 2.0f);
    shortcut = test::random_values(y.size(), 4, -2.0f, 2.0f);
    for (int64_t ch = channels; ch < map().padded_channels(); ++ch) {
      for (int64_t px = 0; px < pixels; ++px) y[index(ch, px)] = shortcut[index(ch, px)] = 0.0f;
    }
  }

  [[nodiscard]] BlockedMap map() const { return {channels, pixels, block}; }
  [[nodiscard]] std::size_t index(int64_t c, int64_t p) const {
    return static_cast<std::size_t>(((c / block) * pixels + p) * block + c % block);
  }
  [[nodiscard]] AnalogEpilogue epilogue() const {
    return {.map = map(),
            .runs = runs,
            .gains = noise ? gains.data() : nullptr,
            .floors = noise && !floors.empty() ? floors.data() : nullptr,
            .repeats = repeats.empty() ? nullptr : repeats.data(),
            .scales = scales.data(),
            .activation = activation,
            .quantizer = quantizer,
            .residual = residual && !is_smooth(activation) ? shortcut.data() : nullptr,
            .relu_after_residual = relu_after,
            .result_quantizer = result_quantizer};
  }
};

double xi(const Case& k, int64_t c, int64_t p, int repeat) {
  NoiseKey key = kKey;
  key.repeat = static_cast<uint16_t>(repeat);
  float value = 0;
  fill_gaussian(key, element_number(c, p, k.pixels), {&value, 1});
  return static_cast<double>(value);
}

double activated(Activation activation, double v) {
  switch (activation) {
    case Activation::none:
      return v;
    case Activation::relu:
      return std::max(v, 0.0);
    case Activation::gelu:
      return v * 0.5 * std::erfc(-v / std::sqrt(2.0));
    case Activation::tanh:
      return std::tanh(v);
    case Activation::relu6:
      return std::min(std::max(v, 0.0), 6.0);
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-v));
    case Activation::silu:
      return v / (1 + std::exp(-v));
    case Activation::hard_sigmoid:
      return std::min(std::max(v / 6 + 0.5, 0.0), 1.0);
    case Activation::hard_swish:
      return v * std::min(std::max(v / 6 + 0.5, 0.0), 1.0);
  }
  return v;
}

/// The contract in plain double arithmetic.
double expected(const Case& k, int64_t c, int64_t p) {
  const auto padded = static_cast<std::size_t>(k.map().padded_channels());
  const auto run = std::find_if(k.runs.begin(), k.runs.end(), [p](const PixelRun& r) { return p < r.end; });
  const std::size_t at = static_cast<std::size_t>(run->gain_row) * padded + static_cast<std::size_t>(c);
  const double scaled =
      static_cast<double>(k.gains[at]) * static_cast<double>(k.scales[static_cast<std::size_t>(p)]);
  const double sigma = k.floors.empty() ? scaled : std::hypot(scaled, static_cast<double>(k.floors[at]));
  const int repeats = k.repeats.empty() ? 1 : k.repeats[static_cast<std::size_t>(c)];
  double noise = 0;
  for (int r = 0; k.noise && r < repeats; ++r) noise += xi(k, c, p, r);
  double y = static_cast<double>(k.y[k.index(c, p)]) + sigma * noise;
  if (is_smooth(k.activation)) {
    return quantised(k.result_quantizer, activated(k.activation, quantised(k.quantizer, y)));
  }
  y = quantised(k.quantizer, activated(k.activation, y));
  if (k.residual) {
    y += static_cast<double>(k.shortcut[k.index(c, p)]);
    if (k.relu_after) y = std::max(y, 0.0);
    y = quantised(k.result_quantizer, y);
  }
  return y;
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const int block : {8, 16}) {
    for (const int64_t channels : {1, 5, 8, 16, 17, 24, 40, 64}) {
      for (const int64_t pixels : {1, 2, 3, 4, 5, 49, 130})
        all.emplace_back(channels, pixels, block, Activation::relu, true, true);
    }
    for (const int flags : {0, 1, 2, 6, 3}) {
      const Activation activation = (flags & 1) != 0 ? Activation::relu : Activation::none;
      all.emplace_back(24, 20, block, activation, (flags & 2) != 0, (flags & 4) != 0);
    }
  }
  for (const int block : {32, 48, 112}) {  // Rows of a matrix; of 32, two matrices.
    for (const int64_t channels : {block - 11, block}) {
      for (const int64_t pixels : {1, 5, 20}) {
        all.emplace_back(channels, pixels, block, Activation::relu, true, true);
        all.emplace_back(channels, pixels, block, Activation::gelu, true, false);
      }
    }
  }
  all.emplace_back(50, 20, 32, Activation::relu, true, true);
  for (const int block : {8, 16, 32}) {
    for (const Activation activation :
         {Activation::relu, Activation::relu6, Activation::gelu, Activation::tanh, Activation::sigmoid,
          Activation::silu, Activation::hard_sigmoid, Activation::hard_swish}) {
      Case quantised(20, 37, block, activation, true, true);  // Zero is no code of its second quantiser.
      quantised.noise = false;
      all.push_back(quantised);
      quantised.quantizer = make_quantizer(0, 9, 256);
      quantised.result_quantizer = make_quantizer(0.5, 8, 100);
      all.push_back(quantised);
      quantised.noise = true;
      all.push_back(quantised);
    }
    Case repeated(24, 20, block, Activation::none, false, false);
    for (int c = 0; c < 32; ++c) repeated.repeats.push_back(1 + c * 7 % 5);
    all.push_back(repeated);
    Case floored(24, 37, block, Activation::relu, true, true);
    floored.floors = test::random_values(floored.gains.size(), 9, 0.1f, 2.0f);
    for (std::size_t i = 0; i < floored.gains.size(); ++i) floored.floors[i] *= floored.gains[i] > 0;
    all.push_back(floored);
    floored.repeats = repeated.repeats;
    all.push_back(floored);
  }
  return all;
}

}  // namespace

TEST_CASE("the epilogue is y + gain scale xi, activation, residual, ReLU") {
  const test::IsaScope scope;
  for (const Isa isa : supported_isas()) {
    force_isa(isa);
    CAPTURE(name(isa));
    for (const Case& k : cases()) {
      CAPTURE(k.channels);
      CAPTURE(k.pixels);
      CAPTURE(k.block);
      std::vector<float> y = k.y;
      run_analog_epilogue(k.epilogue(), kKey, y.data(), y.data(), nullptr);
      double worst = 0;
      for (int64_t c = 0; c < k.channels; ++c) {
        for (int64_t p = 0; p < k.pixels; ++p) {
          worst = std::max(worst, std::abs(static_cast<double>(y[k.index(c, p)]) - expected(k, c, p)));
        }
      }
      // Values of up to some 30, three roundings each; no quantised value here lies that near a rounding
      // edge.
      CHECK(worst < 64 * 1.2e-7 * 4);
    }
  }
}

TEST_CASE("lanes beyond the last channel stay zero") {
  const Case k(17, 30, 16, Activation::none, true, false);
  std::vector<float> y = k.y;
  run_analog_epilogue(k.epilogue(), kKey, y.data(), y.data(), nullptr);
  for (int64_t c = k.channels; c < k.map().padded_channels(); ++c) {
    for (int64_t p = 0; p < k.pixels; ++p) CHECK(y[k.index(c, p)] == 0.0f);
  }
}

TEST_CASE(
    "same bits, and the same sums of squares, on every instruction set and for every split of the pixels") {
  const test::IsaScope scope;
  for (const Case& k : cases()) {
    force_isa(Isa::scalar);
    std::vector<float> reference(k.y.size()), reference_sums(static_cast<std::size_t>(k.pixels));
    run_analog_epilogue(k.epilogue(), kKey, k.y.data(), reference.data(), reference_sums.data());
    for (const Isa isa : supported_isas()) {
      force_isa(isa);
      CAPTURE(name(isa));
      std::vector<float> y = k.y, sums(reference_sums.size());
      for (std::size_t r = 0; r < k.runs.size(); ++r) {
        AnalogEpilogue part = k.epilogue();
        part.runs = std::span(k.runs).subspan(r, 1);
        run_analog_epilogue(part, kKey, k.y.data(), y.data(), sums.data());
      }
      CHECK(std::memcmp(y.data(), reference.data(), y.size() * sizeof(float)) == 0);
      CHECK(std::memcmp(sums.data(), reference_sums.data(), sums.size() * sizeof(float)) == 0);
    }
  }
}

TEST_CASE("sums of squares are those of what is stored") {
  for (const int block : {16, 48}) {
    const Case k(40, 50, block, Activation::relu, true, true);
    std::vector<float> y = k.y, sums(static_cast<std::size_t>(k.pixels));
    run_analog_epilogue(k.epilogue(), kKey, y.data(), y.data(), sums.data());
    for (int64_t p = 0; p < k.pixels; ++p) {
      double sum = 0;
      for (int64_t c = 0; c < k.channels; ++c)
        sum += static_cast<double>(y[k.index(c, p)]) * static_cast<double>(y[k.index(c, p)]);
      CHECK(std::abs(static_cast<double>(sums[static_cast<std::size_t>(p)]) - sum) < 1e-6 * sum);
    }
  }
}

TEST_CASE("the noise does not depend on the memory layout") {
  const Case blocks_of_8(24, 30, 8, Activation::none, false, false),
      blocks_of_16(24, 30, 16, Activation::none, false, false);
  std::vector<float> zeros_8(static_cast<std::size_t>(blocks_of_8.map().size())),
      zeros_16(static_cast<std::size_t>(blocks_of_16.map().size()));
  const std::vector<float> ones(64, 1.0f);
  const std::vector<PixelRun> all = {{0, 30, 0}};
  AnalogEpilogue e8{.map = blocks_of_8.map(), .runs = all, .gains = ones.data()};
  AnalogEpilogue e16{.map = blocks_of_16.map(), .runs = all, .gains = ones.data()};
  run_analog_epilogue(e8, kKey, zeros_8.data(), zeros_8.data(), nullptr);
  run_analog_epilogue(e16, kKey, zeros_16.data(), zeros_16.data(), nullptr);
  for (int64_t c = 0; c < 24; ++c) {
    for (int64_t p = 0; p < 30; ++p)
      CHECK(zeros_8[blocks_of_8.index(c, p)] == zeros_16[blocks_of_16.index(c, p)]);
  }
}
