// A BERT of base size against Hugging Face's transformers in float64: tests/golden/make_bert_outputs.py
// documents every dataset. Its weights are made here, by the same hash as there (hashed_weights.py).

#include <cmath>
#include <filesystem>

#include <doctest/doctest.h>

#include "engine/networks/bert.h"
#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/bert_runs.h"
#include "tests/support/token_cases.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr int64_t kStates = 13, kShown = 8, kStride = 96;

Graph base_size() {
  return build_bert(hashed_bert({.features = 768,
                                 .heads = 12,
                                 .layers = 12,
                                 .intermediate = 3072,
                                 .vocabulary = 2000,
                                 .positions = 512}));
}

struct Golden {
  Golden() {
    const std::vector<int64_t> real = file.read_integers("real");
    for (std::size_t s = 0; s < real.size(); ++s) sequences.push_back({ids[s], types[s], real[s]});
    samples = indices(static_cast<int64_t>(real.size()));
  }

  Hdf5File file = Hdf5File::open(std::filesystem::path(DPAC_GOLDEN_DIR) / "networks" / "bert_base_cases.h5");
  std::vector<std::vector<int32_t>> ids = lists_of(file, "ids", "ends"),
                                    types = lists_of(file, "types", "ends");
  std::vector<TokenSequence> sequences;
  std::vector<int64_t> samples;
};

/// What PyTorch calls hidden states: of the embeddings and of every layer.
std::string state_name(int64_t state) {
  if (state == 0) return "embeddings.LayerNorm";
  return "encoder.layer." + std::to_string(state - 1) + ".output.LayerNorm";
}

/// Over the real tokens of a map [features][tokens].
double root_mean_square(const std::vector<float>& map, const TokenSequence& tokens) {
  double sum = 0;
  for (std::size_t i = 0; i < map.size(); ++i) {
    const bool real = static_cast<int64_t>(i) % tokens.length() < tokens.real;
    if (real) sum += static_cast<double>(map[i]) * static_cast<double>(map[i]);
  }
  const double features = static_cast<double>(map.size()) / static_cast<double>(tokens.length());
  return std::sqrt(sum / features / static_cast<double>(tokens.real));
}

void check_logits(const Golden& golden, const std::vector<float>& found) {
  const Tensor expected = golden.file.read_floats("logits");
  const std::vector<double> reference(expected.values().begin(), expected.values().end());
  CHECK(relative_error(reference, found.data()) < 1e-5);
}

void check_states(const Golden& golden, const ValueRecorder& recorder) {
  const Tensor hidden = golden.file.read_floats("hidden"), rms = golden.file.read_floats("hidden_rms");
  for (std::size_t s = 0; s < golden.samples.size(); ++s) {
    for (int64_t state = 0; state < kStates; ++state) {
      CAPTURE(s);
      CAPTURE(state);
      const auto& found = recorder.values.at({golden.samples[s], state_name(state)});
      const auto at = static_cast<std::size_t>(static_cast<int64_t>(s) * kStates + state);
      const auto expected = hidden.values().subspan(at * kShown, kShown);
      std::vector<float> shown;
      for (int64_t i = 0; i < kShown; ++i)
        shown.push_back(found[static_cast<std::size_t>(i * kStride * golden.sequences[s].length())]);
      CHECK(relative_error({expected.begin(), expected.end()}, shown.data()) < 1e-5);
      const auto own = static_cast<double>(rms.values()[at]);
      CHECK(std::abs(root_mean_square(found, golden.sequences[s]) - own) < 1e-5 * own);
    }
  }
}

}  // namespace

TEST_CASE("a BERT of base size gives Hugging Face's logits and hidden states") {
  const Golden golden;
  Graph graph = base_size();
  check_logits(golden, [&] {
    Network fused(graph, {.batch = 4, .threads = 2});
    return run(fused, golden.sequences, golden.samples);
  }());
  Network network(std::move(graph), {.batch = 4, .threads = 2, .keep_pre_activations = true});
  ValueRecorder recorder(network.graph());
  std::vector<float> logits(golden.samples.size() * 3);
  network.run_observed(std::span<const TokenSequence>(golden.sequences), golden.samples, logits, recorder);
  check_logits(golden, logits);
  check_states(golden, recorder);
}
