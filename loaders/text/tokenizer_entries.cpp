#include "loaders/text/tokenizer_entries.h"

#include <algorithm>
#include <iterator>
#include <limits>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

constexpr const char* kCasingCure = "; --cased or --uncased choose";

/// Classes of transformers that are BERT's WordPiece by another name, or whatever a tokenizer.json says; each
/// also with "Fast" behind it.
constexpr std::string_view kTokenizerClasses[] = {"BertTokenizer",       "DistilBertTokenizer",
                                                  "ElectraTokenizer",    "MobileBertTokenizer",
                                                  "PreTrainedTokenizer", "TokenizersBackend"};

void read_flag(const JsonEntries& entries, const char* key, Said<bool>& setting, const char* cure = "") {
  if (const auto flag = entries.flag(key)) say(setting, *flag, where_of(entries, key), cure);
}

}  // namespace

std::string where_of(const JsonEntries& entries, const std::string& key) {
  return fmt::format("{}: '{}'", entries.where(), key);
}

int32_t id_of(const nlohmann::json& value, const JsonEntries& entries, const std::string& key) {
  const bool fits =
      value.is_number_unsigned() && value.get<uint64_t>() <= uint64_t{std::numeric_limits<int32_t>::max()};
  if (!fits) entries.fail(key, value, "a token's id, a whole number from 0");
  return value.get<int32_t>();
}

AddedToken added_token(const JsonEntries& entries) {
  const auto content = entries.text("content");
  if (!content) throw Error(fmt::format("{}: expected a token with its 'content'", entries.where()));
  return {.content = *content,
          .single_word = entries.flag("single_word").value_or(false),
          .strip_left = entries.flag("lstrip").value_or(false),
          .strip_right = entries.flag("rstrip").value_or(false),
          .normalized = entries.flag("normalized").value_or(!entries.flag("special").value_or(false))};
}

void check_tokenizer_class(const JsonEntries& entries) {
  constexpr const char* kKey = "tokenizer_class";
  const auto name = entries.text(kKey);
  if (!name) return;
  std::string_view plain = *name;
  if (constexpr std::string_view kFast = "Fast"; plain.ends_with(kFast)) plain.remove_suffix(kFast.size());
  if (std::ranges::find(kTokenizerClasses, plain) != std::end(kTokenizerClasses)) return;
  entries.fail(kKey, *name, "\"BertTokenizer\" or \"BertTokenizerFast\", the only kind that can be run");
}

void read_normalization(const JsonEntries& entries, const NormalizationKeys& keys,
                        TokenizerSettings& settings) {
  read_flag(entries, keys.clean, settings.clean);
  read_flag(entries, keys.ideographs, settings.spaced_ideographs);
  if (settings.casing) return;
  read_flag(entries, keys.lower_case, settings.lower_case, kCasingCure);
  read_flag(entries, keys.strip_accents, settings.strip_accents, kCasingCure);
}

}  // namespace dpac
