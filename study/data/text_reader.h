/// @file
/// Batches of encoded texts.
#pragma once

#include <cstdint>
#include <vector>

#include "loaders/text/encoded_texts.h"
#include "study/data/data_source.h"

namespace dpac {

/// Encodes a batch when it is asked for, unless it was before: that is quick beside running a network.
class TextReader final : public SampleReader {
 public:
  /// `texts` must outlive it.
  TextReader(EncodedTexts& texts, TargetKind targets, std::vector<int64_t> samples, const Reading& how);

  const SampleBatch* next() override;

 private:
  void add(int64_t sample);

  EncodedTexts& texts_;
  TargetKind targets_;
  std::vector<int64_t> list_;
  std::size_t per_batch_, begun_ = 0;
  int threads_;
  std::vector<TokenSequence> sequences_;
  std::vector<int64_t> samples_, indices_;
  std::vector<int> labels_;
  std::vector<float> scores_;
  SampleBatch batch_;
};

}  // namespace dpac
