// Calibrated ranges of every tensor of a BERT are those of the double-precision oracle.

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "engine/noise/calibrate.h"
#include "kernels/error.h"
#include "tests/support/bert_runs.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr int64_t kBatch = 7, kBatches = 3;

/// Every tensor's values in one batch.
using Seen = std::map<std::string, std::vector<double>>;

/// A BERT and its calibration batches.
struct Course {
  explicit Course(const RandomBert& bert)
      : shape(bert), sequences(mixed_sequences(bert, kBatch * kBatches, 24)) {}

  [[nodiscard]] Ranges calibrated(CalibrationMethod method, int threads = 1) const {
    return calibrate(build(shape), method, threads, [this](const BatchVisitor& visit) {
      for (std::size_t b = 0; b < kBatches; ++b)
        visit(std::span(sequences.all()).subspan(b * kBatch, kBatch));
    });
  }

  [[nodiscard]] Seen batch(std::size_t b) const {
    const Checkpoint checkpoint = random_bert(shape);
    Seen seen;
    for (std::size_t s = b * kBatch; s < (b + 1) * kBatch; ++s) {
      for (const auto& [name, values] : run_bert_oracle(checkpoint, sequences[s]).tensors)
        seen[name].insert(seen[name].end(), values.begin(), values.end());
    }
    return seen;
  }

  RandomBert shape;
  RandomSequences sequences;
};

std::vector<RandomBert> shapes() {
  return {{},
          {.features = 52, .layers = 1, .intermediate = 40, .outputs = 1},
          {.layers = 1, .classifier = false}};
}

/// Linearly interpolated between the neighbours of rank share * (n - 1).
double percentile(const std::vector<double>& sorted, double share) {
  const double rank = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const double part = rank - static_cast<double>(below);
  return sorted[below] + (part > 0 ? part * (sorted[below + 1] - sorted[below]) : 0);
}

void check_range(const ValueRange& found, double min, double max) {
  const double tolerance = 2e-5 * std::max(std::abs(min), std::abs(max));
  CHECK(std::abs(static_cast<double>(found.min) - min) < tolerance);
  CHECK(std::abs(static_cast<double>(found.max) - max) < tolerance);
}

}  // namespace

TEST_CASE("the oracle knows the very tensors that a BERT has quantisers for") {
  for (const RandomBert& shape : shapes()) {
    const Course course(shape);
    const Seen seen = course.batch(0);
    const auto tensors = quantized_tensors(build(shape));
    CHECK(tensors.size() == seen.size());
    for (const QuantizedTensor& tensor : tensors) {
      CAPTURE(tensor.name);
      CHECK(seen.contains(tensor.name));
    }
  }
}

TEST_CASE("averaged minima and maxima of a BERT's tensors are the oracle's") {
  for (const RandomBert& shape : shapes()) {
    const Course course(shape);
    std::map<std::string, std::pair<double, double>> expected;
    for (std::size_t b = 0; b < kBatches; ++b) {
      for (const auto& [name, values] : course.batch(b)) {
        const auto [min, max] = std::minmax_element(values.begin(), values.end());
        auto [it, first] = expected.try_emplace(name, *min, *max);
        if (first) continue;
        it->second = {0.99 * it->second.first + 0.01 * *min, 0.99 * it->second.second + 0.01 * *max};
      }
    }
    const Ranges found = course.calibrated(CalibrationMethod::ema);
    for (std::size_t t = 0; const QuantizedTensor& tensor : quantized_tensors(build(shape))) {
      CAPTURE(tensor.name);
      const auto& [min, max] = expected.at(tensor.name);
      check_range(found[t++], min, max);
    }
    CHECK(course.calibrated(CalibrationMethod::ema, 3) == found);
  }
}

TEST_CASE("percentiles of a BERT's tensors are the oracle's") {
  for (const RandomBert& shape : shapes()) {
    const Course course(shape);
    Seen all;
    for (std::size_t b = 0; b < kBatches; ++b) {
      for (const auto& [name, values] : course.batch(b))
        all[name].insert(all[name].end(), values.begin(), values.end());
    }
    const Ranges found = course.calibrated(CalibrationMethod::percentile);
    for (std::size_t t = 0; const QuantizedTensor& tensor : quantized_tensors(build(shape))) {
      CAPTURE(tensor.name);
      std::vector<double>& values = all.at(tensor.name);
      std::sort(values.begin(), values.end());
      check_range(found[t++], percentile(values, 1e-4), percentile(values, 1 - 1e-4));
    }
    CHECK(course.calibrated(CalibrationMethod::percentile, 3) == found);
  }
}

TEST_CASE("calibration of a BERT needs a batch, and finite values") {
  const auto nothing = [](const BatchVisitor&) {};
  CHECK_THROWS_WITH_AS(calibrate(build(RandomBert()), CalibrationMethod::ema, 1, nothing),
                       doctest::Contains("at least one batch"), Error);
  Graph graph = build(RandomBert());
  auto& tables = std::get<EmbeddingOp>(graph.nodes.front().op);
  Tensor positions(tables.positions->shape(), std::as_const(*tables.positions).values());
  positions.values()[0] = INFINITY;
  tables.positions = share(std::move(positions));
  const RandomSequences sequences({}, {{3, 3}});
  CHECK_THROWS_WITH_AS(calibrate(graph, CalibrationMethod::ema, 1,
                                 [&](const BatchVisitor& visit) { visit(std::span(sequences.all())); }),
                       doctest::Contains("not finite"), Error);
}
