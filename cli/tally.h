/// @file
/// Counting what a network answers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cli/answer.h"
#include "cli/data/data_source.h"

namespace dpac::cli {

/// Of one pass over the data. Without labels or scores, `samples` alone; answers are kept for text only,
/// whose metrics are no sums.
struct Tally {
  int64_t samples = 0, top1 = 0, top5 = 0;
  std::vector<int> classes;    ///< Predicted.
  std::vector<double> scores;  ///< Predicted, or the cosines of pairs of embeddings.
};

/// What the samples should have given, in the order of the tallies' answers.
struct TrueAnswers {
  std::vector<int> labels;
  std::vector<double> scores;
};

/// How many classes beat `label`; of equal logits the smaller class wins. 0 is a correct prediction.
int64_t rank_of(std::span<const float> logits, int label);

class Counter {
 public:
  /// Both must outlive it. With `overflow_is_wrong` logits that are not finite count as a wrong answer, and
  /// are no error.
  Counter(const Graph& graph, const DataSource& names, bool overflow_is_wrong);

  /// Outputs of the network for one input.
  [[nodiscard]] std::size_t outputs() const { return outputs_; }

  /// @throws Error naming the sample whose label is no class.
  void check(const SampleBatch& batch) const;

  /// `logits` are [inputs of the batch, outputs]. @throws Error naming the sample whose are not finite.
  void count(const SampleBatch& batch, std::span<const float> logits, Tally& tally) const;

 private:
  void count_label(std::span<const float> logits, bool finite, int label, Tally& tally) const;
  /// @throws Error naming the sample if they are not, where that is one.
  [[nodiscard]] bool is_finite(std::span<const float> logits, int64_t index) const;

  const DataSource& names_;
  Answer answer_;
  bool text_, overflow_is_wrong_;
  std::size_t outputs_;
};

/// Appends those of a batch.
void add(const SampleBatch& batch, TrueAnswers& answers);

}  // namespace dpac::cli
