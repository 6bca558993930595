#include "study/data/text_reader.h"

#include <algorithm>
#include <utility>

namespace dpac {

TextReader::TextReader(EncodedTexts& texts, TargetKind targets, std::vector<int64_t> samples,
                       const Reading& how)
    : texts_(texts),
      targets_(targets),
      list_(std::move(samples)),
      per_batch_(static_cast<std::size_t>(how.batch)),
      threads_(how.threads) {}

const SampleBatch* TextReader::next() {
  const auto samples = std::span(list_).subspan(begun_, std::min(per_batch_, list_.size() - begun_));
  if (samples.empty()) return nullptr;
  begun_ += samples.size();
  texts_.encode(samples, threads_);
  sequences_.clear();
  for (auto* numbers : {&samples_, &indices_}) numbers->clear();
  labels_.clear();
  scores_.clear();
  for (const int64_t sample : samples) add(sample);
  batch_ = {.inputs = std::span<const TokenSequence>(sequences_),
            .samples = samples_,
            .indices = indices_,
            .targets = {.labels = labels_, .scores = scores_},
            .n = static_cast<int64_t>(samples.size())};
  return &batch_;
}

void TextReader::add(int64_t sample) {
  const int64_t row = texts_.texts().row(sample), count = texts_.sequences_per_sample();
  for (int64_t s = 0; s < count; ++s) {
    sequences_.push_back(texts_.sequence(sample, s));
    samples_.push_back(row * count + s);
  }
  indices_.push_back(row);
  const double target = texts_.texts().target(sample);
  if (targets_ == TargetKind::label) labels_.push_back(static_cast<int>(target));
  if (targets_ == TargetKind::score) scores_.push_back(static_cast<float>(target));
}

}  // namespace dpac
