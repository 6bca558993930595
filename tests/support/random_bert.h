/// @file
/// BERT encoders with random weights, made in memory, and random sequences for them.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/networks/weights.h"
#include "engine/tokens.h"

namespace dpac::test {

struct RandomBert {
  int64_t features = 32, heads = 2, layers = 2, intermediate = 48;
  int64_t vocabulary = 40, positions = 24, types = 2;
  int64_t outputs = 3;     ///< Of the classifier; 1 is a regression.
  bool classifier = true;  ///< Else sentence embeddings, with a pooler that nothing reads.
  SentencePooling pooling = SentencePooling::mean;  ///< Of embeddings.
};

/// Hugging Face's names. Queries and keys are large enough for attention to prefer some tokens by far.
Checkpoint random_bert(const RandomBert& shape);

/// The same with the values of tests/golden/hashed_weights.py.
Checkpoint hashed_bert(const RandomBert& shape);

/// How many tokens a sequence has, and how many of them are no padding.
struct SequenceLength {
  int64_t tokens = 1, real = 1;
};

/// Sequences that own what they point to. Move-only, as views into a copy would be others.
class RandomSequences {
 public:
  /// Ids and the place of the second sentence are random; every other sequence is a pair.
  RandomSequences(const RandomBert& shape, const std::vector<SequenceLength>& lengths, uint32_t seed = 5);
  RandomSequences(RandomSequences&&) = default;
  RandomSequences& operator=(RandomSequences&&) = default;

  [[nodiscard]] const std::vector<TokenSequence>& all() const { return sequences_; }
  [[nodiscard]] const TokenSequence& operator[](std::size_t i) const { return sequences_[i]; }
  [[nodiscard]] std::size_t size() const { return sequences_.size(); }

 private:
  std::vector<std::vector<int32_t>> ids_, types_;
  std::vector<TokenSequence> sequences_;
};

/// n sequences of 1 to `longest` tokens, without padding.
RandomSequences mixed_sequences(const RandomBert& shape, int64_t n, int64_t longest);

}  // namespace dpac::test
