/// @file
/// Counting what a network answers.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "study/data/answer.h"
#include "study/data/data_source.h"

namespace dpac {

/// One pass over the data. Without labels or scores, `samples` alone; answers are kept for text only, whose
/// metrics are no sums.
struct Tally {
  int64_t samples = 0, top1 = 0, top5 = 0;
  std::vector<int> classes;    ///< Predicted.
  std::vector<double> scores;  ///< Predicted, or the cosines of pairs of embeddings.
};

/// The passes of one point: one for each seed, or a single one without noise.
struct PointTally {
  explicit PointTally(std::size_t count = 1) : passes(count) {}

  std::vector<Tally> passes;
  std::vector<int32_t>
      right;  ///< [samples], in how many passes a sample's class was right; empty without labels.
  std::vector<int64_t>
      confusion;  ///< [label, prediction], all passes; empty for more than kMostConfused classes.
};

/// Most classes whose confusions are worth a table.
inline constexpr int64_t kMostConfused = 20;

/// What the samples should have given, in the order of the tallies' answers.
struct TrueAnswers {
  std::vector<int> labels;
  std::vector<double> scores;
};

/// How many classes beat `label`; of equal logits the smaller class wins. 0 is a correct prediction.
int64_t rank_of(std::span<const float> logits, int label);

/// What logits that are not finite mean.
enum class Overflow {
  weights,  ///< An error that blames weights or preprocessing: there is no noise.
  noise,    ///< An error that blames the energy: without noise they were finite, or would be.
  wrong,    ///< A wrong answer: a search may try energies so small.
};

class Counter {
 public:
  /// Both must outlive it.
  Counter(const Graph& graph, const DataSource& names);

  /// Outputs of the network for one input.
  [[nodiscard]] std::size_t outputs() const { return outputs_; }

  /// @throws Error naming the sample whose label is no class.
  void check(const SampleBatch& batch) const;

  /// Adds a batch's answers to a pass of `point`; `first` is the position of its first sample among all that
  /// are counted, which come in order. `logits` are [inputs of the batch, outputs].
  /// @throws Error naming the sample whose logits are not finite, unless that is a wrong answer.
  void count(const SampleBatch& batch, int64_t first, std::span<const float> logits, Overflow overflow,
             PointTally& point, std::size_t pass) const;

 private:
  void count_label(std::span<const float> logits, bool finite, int label, int32_t& right, PointTally& point,
                   Tally& tally) const;
  [[nodiscard]] bool is_finite(std::span<const float> logits, int64_t index, Overflow overflow) const;

  const DataSource& names_;
  Answer answer_;
  bool text_;
  std::size_t outputs_;
};

/// Appends those of a batch.
void add(const SampleBatch& batch, TrueAnswers& answers);

}  // namespace dpac
