#include "loaders/text/encoded_texts.h"

#include <algorithm>
#include <utility>

#include "engine/plans/lanes.h"

namespace dpac {
namespace {

bool has_pairs(const TextDataset& texts) {
  return texts.text(0).second.has_value();
}

}  // namespace

EncodedTexts::EncodedTexts(TextDataset texts, TextEncoder encoder, const TextEncoding& how)
    : texts_(std::move(texts)),
      encoder_(std::move(encoder)),
      how_(how),
      per_sample_(how.pairs_apart && has_pairs(texts_) ? 2 : 1),
      sequences_(static_cast<std::size_t>(texts_.size() * per_sample_)) {}

void EncodedTexts::encode(std::span<const int64_t> samples, int threads) {
  std::vector<std::size_t> missing;
  for (const int64_t sample : samples) {
    for (int64_t s = 0; s < per_sample_; ++s) {
      const auto place = static_cast<std::size_t>(sample * per_sample_ + s);
      if (sequences_[place].ids.empty()) missing.push_back(place);
    }
  }
  std::sort(missing.begin(), missing.end());
  missing.erase(std::unique(missing.begin(), missing.end()), missing.end());
  run_tasks(threads, static_cast<int64_t>(missing.size()), [&](int, int64_t i) {
    if (how_.poll) how_.poll();
    const std::size_t place = missing[static_cast<std::size_t>(i)];
    const auto number = static_cast<int64_t>(place);
    sequences_[place] = encoded(number / per_sample_, number % per_sample_);
  });
}

int64_t EncodedTexts::truncated(std::span<const int64_t> samples) const {
  return std::ranges::count_if(samples, [this](int64_t sample) {
    const auto first = sequences_.begin() + sample * per_sample_;
    return std::any_of(first, first + per_sample_, [](const EncodedText& text) { return text.truncated; });
  });
}

TokenSequence EncodedTexts::sequence(int64_t sample, int64_t number) const {
  const EncodedText& text = sequences_[static_cast<std::size_t>(sample * per_sample_ + number)];
  return {text.ids, text.token_types, text.real_tokens};
}

EncodedText EncodedTexts::encoded(int64_t sample, int64_t number) const {
  const TextSample& text = texts_.text(sample);
  const bool together = text.second && per_sample_ == 1;
  EncodedText encoded = together ? encoder_.encode(text.first, *text.second, how_.max_length)
                                 : encoder_.encode(number == 0 ? text.first : *text.second, how_.max_length);
  if (how_.pad_to) encoder_.pad(encoded, *how_.pad_to);
  return encoded;
}

}  // namespace dpac
