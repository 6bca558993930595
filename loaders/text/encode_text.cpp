#include "loaders/text/encode_text.h"

#include <algorithm>
#include <string>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "kernels/error.h"
#include "loaders/parse_json.h"
#include "loaders/read_file.h"
#include "loaders/text/wordpiece.h"

namespace dpac {
namespace {

constexpr int64_t kSpecialTokensOfOne = 2;
constexpr int64_t kSpecialTokensOfPair = 3;

/// A flag that may be absent or null.
std::optional<bool> flag(const nlohmann::json& config, const char* key, const std::string& file) {
  const auto found = config.find(key);
  if (found == config.end() || found->is_null()) return std::nullopt;
  if (!found->is_boolean()) throw Error(fmt::format("{}: expected true or false as '{}'", file, key));
  return found->get<bool>();
}

/// Of a tokenizer_config.json, if it says so.
std::optional<Casing> configured_casing(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) return std::nullopt;
  const std::string file = path.string();
  const std::vector<uint8_t> bytes = read_file(path);
  const auto config = parse_json(std::string(bytes.begin(), bytes.end()), file);
  if (!config.is_object()) throw Error(fmt::format("{}: expected a JSON object", file));
  if (!flag(config, "tokenize_chinese_chars", file).value_or(true)) {
    throw Error(fmt::format("{}: expected 'tokenize_chinese_chars' to be true, found false", file));
  }
  const auto lower = flag(config, "do_lower_case", file);
  const auto strip = flag(config, "strip_accents", file);
  if (lower && strip && *lower != *strip) {
    throw Error(fmt::format("{}: expected 'strip_accents' to be as 'do_lower_case', {}, found {}", file,
                            *lower, *strip));
  }
  if (!lower) return std::nullopt;
  return *lower ? Casing::uncased : Casing::cased;
}

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
}

}  // namespace

PairLengths truncate_pair(PairLengths lengths, int64_t budget) {
  auto [shorter, longer] = std::minmax({lengths.first, lengths.second});
  if (shorter + longer <= budget) return lengths;
  shorter = std::min(shorter, budget / 2);
  longer = budget - shorter;
  return lengths.first > lengths.second ? PairLengths{longer, shorter} : PairLengths{shorter, longer};
}

TextEncoder::TextEncoder(Vocabulary vocabulary, Casing casing)
    : vocabulary_(std::move(vocabulary)), casing_(casing) {}

TextEncoder TextEncoder::open(const std::filesystem::path& vocabulary_path, std::optional<Casing> casing) {
  Vocabulary vocabulary = Vocabulary::read(vocabulary_path);
  if (!casing) casing = configured_casing(vocabulary_path.parent_path() / "tokenizer_config.json");
  if (!casing) casing = vocabulary.has_upper_case() ? Casing::cased : Casing::uncased;
  return {std::move(vocabulary), *casing};
}

EncodedText TextEncoder::encode(std::string_view text, int64_t max_length) const {
  check_max_length(max_length, kSpecialTokensOfOne);
  const auto ids = wordpiece_ids(text, vocabulary_, casing_);
  const auto length = static_cast<int64_t>(ids.size());
  EncodedText encoded{.ids = {vocabulary_.special().classify}, .token_types = {0}};
  append_sentence(encoded, ids, std::min(length, max_length - kSpecialTokensOfOne),
                  vocabulary_.special().separate, 0);
  return encoded;
}

EncodedText TextEncoder::encode(std::string_view first, std::string_view second, int64_t max_length) const {
  check_max_length(max_length, kSpecialTokensOfPair);
  const auto first_ids = wordpiece_ids(first, vocabulary_, casing_);
  const auto second_ids = wordpiece_ids(second, vocabulary_, casing_);
  const PairLengths kept =
      truncate_pair({static_cast<int64_t>(first_ids.size()), static_cast<int64_t>(second_ids.size())},
                    max_length - kSpecialTokensOfPair);
  EncodedText encoded{.ids = {vocabulary_.special().classify}, .token_types = {0}};
  append_sentence(encoded, first_ids, kept.first, vocabulary_.special().separate, 0);
  append_sentence(encoded, second_ids, kept.second, vocabulary_.special().separate, 1);
  return encoded;
}

void TextEncoder::pad(EncodedText& text, int64_t length) const {
  const auto padded = std::max(text.ids.size(), static_cast<std::size_t>(std::max<int64_t>(length, 0)));
  text.ids.resize(padded, vocabulary_.special().pad);
  text.token_types.resize(padded, 0);
}

}  // namespace dpac
