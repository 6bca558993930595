#include "loaders/text/text_columns.h"

#include <algorithm>
#include <array>
#include <utility>

#include "loaders/text_lines.h"

namespace dpac {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kPairs{{
    {"sentence1", "sentence2"},
    {"premise", "hypothesis"},
    {"question1", "question2"},
    {"question", "sentence"},
    {"text_a", "text_b"},
    {"#1 String", "#2 String"},
}};
constexpr std::array<std::string_view, 2> kSentences{"sentence", "text"};
constexpr std::array<std::string_view, 5> kLabels{"gold_label", "label", "score", "Quality", "is_duplicate"};

std::optional<TextColumns> usual_pair(std::span<const std::string> names) {
  for (const auto& [first_name, second_name] : kPairs) {
    const auto first = find_name(names, first_name);
    const auto second = find_name(names, second_name);
    if (first && second) return TextColumns{.first = *first, .second = second};
  }
  return std::nullopt;
}

std::optional<TextColumns> usual_sentence(std::span<const std::string> names) {
  for (const std::string_view name : kSentences) {
    if (const auto first = find_name(names, name)) return TextColumns{.first = *first};
  }
  return std::nullopt;
}

std::optional<std::size_t> usual_label(std::span<const std::string> names, bool scores) {
  const auto score = find_name(names, "score");
  if (scores && score) return score;
  for (const std::string_view name : kLabels) {
    if (const auto label = find_name(names, name)) return label;
  }
  return std::nullopt;
}

}  // namespace

std::optional<std::size_t> find_name(std::span<const std::string> names, std::string_view name) {
  auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    found = std::find_if(names.begin(), names.end(), [&](const std::string& other) {
      return equal_ignoring_case(trimmed(other), trimmed(name));
    });
  }
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::optional<TextColumns> usual_columns(std::span<const std::string> names, std::optional<TextTask> task,
                                         bool scores) {
  std::optional<TextColumns> columns;
  if (!task || traits_of(*task).pairs) columns = usual_pair(names);
  if (!columns && (!task || !traits_of(*task).pairs)) columns = usual_sentence(names);
  if (columns) columns->label = usual_label(names, scores);
  return columns;
}

TextColumns columns_by_count(std::size_t count) {
  TextColumns columns{.first = 0};
  if (count > 1) columns.label = count - 1;
  if (count > 2) columns.second = 1;
  return columns;
}

}  // namespace dpac
