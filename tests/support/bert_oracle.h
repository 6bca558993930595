/// @file
/// A BERT encoder on one sequence in plain double precision, written from docs/model.md and the formulas of
/// the published network: it reads the checkpoint by Hugging Face's names, and knows no graph.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/networks/weights.h"
#include "engine/noise/noise_config.h"
#include "engine/tokens.h"
#include "kernels/value_range.h"
#include "tests/support/oracle.h"

namespace dpac::test {

struct BertOracleSetup {
  NoiseConfig noise = {};
  NoiseSource xi = {};  ///< Linear layers: pixel = token. Attention: pixel = head * tokens + token.
  WeightNoiseSource weight_xi = {};
  std::optional<double> weight_bits = {}, activation_bits = {};
  std::map<std::string, ValueRange> ranges = {};  ///< By tensor; of thermal noise and quantisers.
  /// What an operation really gave, to go on with instead of the oracle's own output: a value on a rounding
  /// edge of a quantiser then makes no difference beyond its operation. May be empty.
  std::function<const std::vector<float>&(const std::string& node)> observed = {};
  /// Noise of outputs: the standard deviations of an earlier run, in place of this run's, and what they
  /// are multiplied by. May be null and empty.
  const std::vector<OracleLayer>* frozen = nullptr;
  std::function<double(int layer, int64_t channel)> frozen_factor = {};
};

struct BertOracleRun {
  std::vector<OracleLayer> layers;  ///< Plain [channels][pixels]; sigma is 0 where nothing is noisy.
  std::vector<std::string> layer_names;
  std::map<std::string, std::vector<double>> outputs;  ///< Of every operation, its own, [channels][pixels].
  std::map<std::string, std::vector<double>> tensors;  ///< By name, before their quantisers.
  std::vector<double> logits;
};

/// Padding tokens are computed and count in D and the norms, but nobody attends to them.
BertOracleRun run_bert_oracle(const Checkpoint& checkpoint, const TokenSequence& tokens,
                              const BertOracleSetup& setup = {});

}  // namespace dpac::test
