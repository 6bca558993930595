#include "loaders/text/encode_text.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

constexpr int64_t kSpecialTokensOfOne = 2;
constexpr int64_t kSpecialTokensOfPair = 3;

void check_max_length(int64_t max_length, int64_t special_tokens) {
  if (max_length >= special_tokens) return;
  throw Error(fmt::format("maximum length: expected at least the {} special tokens, found {}", special_tokens,
                          max_length));
}

void append_sentence(EncodedText& text, const std::vector<int32_t>& ids, int64_t kept, int32_t separator,
                     int32_t type) {
  text.ids.insert(text.ids.end(), ids.begin(), ids.begin() + kept);
  text.ids.push_back(separator);
  text.token_types.resize(text.ids.size(), type);
  text.real_tokens = static_cast<int32_t>(text.ids.size());
  text.truncated = text.truncated || kept < static_cast<int64_t>(ids.size());
}

}  // namespace

PairLengths truncate_pair(PairLengths lengths, int64_t budget) {
  auto [shorter, longer] = std::minmax({lengths.first, lengths.second});
  if (shorter + longer <= budget) return lengths;
  shorter = std::min(shorter, budget / 2);
  longer = budget - shorter;
  return lengths.first > lengths.second ? PairLengths{longer, shorter} : PairLengths{shorter, longer};
}

TextEncoder::TextEncoder(WordPieceTokenizer tokenizer) : tokenizer_(std::move(tokenizer)) {}

TextEncoder TextEncoder::open(const std::filesystem::path& vocabulary_path, std::optional<Casing> casing) {
  return TextEncoder(open_tokenizer(vocabulary_path, casing));
}

Casing TextEncoder::casing() const {
  return tokenizer_.normalization.lower_case ? Casing::uncased : Casing::cased;
}

EncodedText TextEncoder::encode(std::string_view text, int64_t max_length) const {
  check_max_length(max_length, kSpecialTokensOfOne);
  const SpecialTokens& special = tokenizer_.special;
  const auto ids = wordpiece_ids(text, tokenizer_);
  const auto length = static_cast<int64_t>(ids.size());
  EncodedText encoded{.ids = {special.classify}, .token_types = {0}};
  append_sentence(encoded, ids, std::min(length, max_length - kSpecialTokensOfOne), special.separate, 0);
  return encoded;
}

EncodedText TextEncoder::encode(std::string_view first, std::string_view second, int64_t max_length) const {
  check_max_length(max_length, kSpecialTokensOfPair);
  const SpecialTokens& special = tokenizer_.special;
  const auto first_ids = wordpiece_ids(first, tokenizer_);
  const auto second_ids = wordpiece_ids(second, tokenizer_);
  const PairLengths kept =
      truncate_pair({static_cast<int64_t>(first_ids.size()), static_cast<int64_t>(second_ids.size())},
                    max_length - kSpecialTokensOfPair);
  EncodedText encoded{.ids = {special.classify}, .token_types = {0}};
  append_sentence(encoded, first_ids, kept.first, special.separate, 0);
  append_sentence(encoded, second_ids, kept.second, special.separate, 1);
  return encoded;
}

void TextEncoder::pad(EncodedText& text, int64_t length) const {
  const auto padded = std::max(text.ids.size(), static_cast<std::size_t>(std::max<int64_t>(length, 0)));
  text.ids.resize(padded, tokenizer_.special.pad);
  text.token_types.resize(padded, 0);
}

}  // namespace dpac
