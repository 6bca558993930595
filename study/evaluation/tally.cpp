#include "study/evaluation/tally.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

int64_t rank_of(std::span<const float> logits, int label) {
  const auto own = static_cast<std::size_t>(label);
  int64_t rank = 0;
  for (std::size_t c = 0; c < logits.size(); ++c) {
    rank += logits[c] > logits[own] || (logits[c] == logits[own] && c < own);
  }
  return rank;
}

Counter::Counter(const Graph& graph, const DataSource& names)
    : names_(names),
      answer_(answer_of(graph)),
      text_(graph.reads_text()),
      outputs_(static_cast<std::size_t>(output_channels(graph))) {}

void Counter::check(const SampleBatch& batch) const {
  for (std::size_t i = 0; i < batch.targets.labels.size(); ++i) {
    check_label(names_, batch.indices[i], batch.targets.labels[i], static_cast<int64_t>(outputs_));
  }
}

void Counter::count(const SampleBatch& batch, int64_t first, std::span<const float> logits, Overflow overflow,
                    PointTally& point, std::size_t pass) const {
  const std::size_t inputs = batch.samples.size() / batch.indices.size(), size = inputs * outputs_;
  const bool single_embedding = answer_ == Answer::embedding && inputs == 1;
  const Targets& targets = batch.targets;
  const auto begin = static_cast<std::size_t>(first);
  if (!targets.labels.empty()) point.right.resize(std::max(point.right.size(), begin + batch.indices.size()));
  Tally& tally = point.passes[pass];
  for (std::size_t i = 0; i < batch.indices.size(); ++i) {
    const auto own = logits.subspan(i * size, size);
    const bool finite = is_finite(own, batch.indices[i], overflow);
    ++tally.samples;
    if (!targets.labels.empty())
      count_label(own, finite, targets.labels[i], point.right[begin + i], point, tally);
    if (!targets.scores.empty() && !single_embedding) tally.scores.push_back(score_of(own, answer_));
  }
}

void Counter::count_label(std::span<const float> logits, bool finite, int label, int32_t& right,
                          PointTally& point, Tally& tally) const {
  const int64_t rank = finite ? rank_of(logits, label) : static_cast<int64_t>(outputs_);
  tally.top1 += rank < 1;
  tally.top5 += rank < 5 && finite;
  right += rank < 1;
  const auto top = static_cast<int>(std::max_element(logits.begin(), logits.end()) - logits.begin());
  // Of logits that are not finite no class is the largest: the one behind the label's is as good as any.
  const int predicted = finite ? top : (label + 1) % static_cast<int>(outputs_);
  if (text_) tally.classes.push_back(predicted);
  if (static_cast<int64_t>(outputs_) > kMostConfused) return;
  point.confusion.resize(outputs_ * outputs_);
  ++point.confusion[static_cast<std::size_t>(label) * outputs_ + static_cast<std::size_t>(predicted)];
}

bool Counter::is_finite(std::span<const float> logits, int64_t index, Overflow overflow) const {
  const bool finite = std::all_of(logits.begin(), logits.end(), [](float l) { return std::isfinite(l); });
  if (finite || overflow == Overflow::wrong) return finite;
  throw Error(fmt::format("{}: the network's logits are not finite; {}", names_.name(index),
                          overflow == Overflow::noise ? "is the energy, and so the noise, what was meant?"
                                                      : "do the weights fit the preprocessing?"));
}

void add(const SampleBatch& batch, TrueAnswers& answers) {
  const Targets& targets = batch.targets;
  answers.labels.insert(answers.labels.end(), targets.labels.begin(), targets.labels.end());
  answers.scores.insert(answers.scores.end(), targets.scores.begin(), targets.scores.end());
}

}  // namespace dpac
