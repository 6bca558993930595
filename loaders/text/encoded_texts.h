/// @file
/// The texts of a data set as sequences of tokens: each encoded when it is first needed, and kept.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "engine/poll.h"
#include "engine/tokens.h"
#include "loaders/text/encode_text.h"
#include "loaders/text/text_dataset.h"

namespace dpac {

struct TextEncoding {
  int64_t max_length = 128;            ///< Longer texts are cut.
  std::optional<int64_t> pad_to = {};  ///< Shorter ones are padded to this length.
  bool pairs_apart = false;            ///< A pair is two sequences, one for each sentence.
  Poll poll = {};                      ///< Between two texts that are encoded.
};

class EncodedTexts {
 public:
  EncodedTexts(TextDataset texts, TextEncoder encoder, const TextEncoding& how);

  [[nodiscard]] const TextDataset& texts() const { return texts_; }
  [[nodiscard]] const TextEncoder& encoder() const { return encoder_; }

  /// Sequences of a sample: two where pairs are apart, else one.
  [[nodiscard]] int64_t sequences_per_sample() const { return per_sample_; }

  /// Encodes those of the samples (positions in texts()) that are not yet, in parallel. Not to be called from
  /// several threads at once. @throws Error if not even the special tokens fit into the longest length.
  void encode(std::span<const int64_t> samples, int threads);

  /// How many of the samples, which are encoded, were cut at the longest length.
  [[nodiscard]] int64_t truncated(std::span<const int64_t> samples) const;

  /// Of a sample that is encoded; valid as long as this.
  [[nodiscard]] TokenSequence sequence(int64_t sample, int64_t number) const;

 private:
  [[nodiscard]] EncodedText encoded(int64_t sample, int64_t number) const;

  TextDataset texts_;
  TextEncoder encoder_;
  TextEncoding how_;
  int64_t per_sample_ = 1;
  std::vector<EncodedText> sequences_;  // [samples][sequences of a sample]; without ids: not yet encoded.
};

}  // namespace dpac
