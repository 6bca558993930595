/// @file
/// Small BERT encoders of every kind, and ways to run them and look inside.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "engine/graph/fuse.h"
#include "engine/graph/fused_graph.h"
#include "engine/network.h"
#include "engine/observer.h"
#include "tests/support/bert_oracle.h"
#include "tests/support/network_runs.h"
#include "tests/support/random_bert.h"

namespace dpac::test {

/// An encoder and sequences for it.
struct BertCase {
  const char* what;
  RandomBert shape;
  std::vector<SequenceLength> lengths;
};

/// Sizes that are no multiples of vectors, padding, single tokens, sentence embeddings, regression.
std::vector<BertCase> bert_cases();

Graph build(const RandomBert& shape);

/// Every noise, with quantisers and repeats or without.
std::vector<NoiseCase> noise_cases();

/// Of quantized_tensors(), from the oracle's clean runs, and a little narrower than what they saw.
/// @throws std::out_of_range if the oracle has no tensor of such a name.
Ranges bert_ranges(const RandomBert& shape, const RandomSequences& sequences);

/// The same for the oracle, which runs the sample of this index.
BertOracleSetup bert_setup(const NoiseCase& model, const Graph& graph, const Ranges& ranges, int64_t sample);

std::vector<float> run(Network& network, const std::vector<TokenSequence>& sequences,
                       const std::vector<int64_t>& samples, std::size_t configurations = 1);

/// Also keeps the values of all nodes, in plain order.
class ValueRecorder : public Recorder {
 public:
  explicit ValueRecorder(const Graph& graph) : graph_(fuse(graph)) {}
  void value(const ValueView& view) override;

  std::map<std::pair<int64_t, std::string>, std::vector<float>> values;  ///< By sample and node.

 private:
  FusedGraph graph_;
  std::mutex value_mutex_;
};

}  // namespace dpac::test
