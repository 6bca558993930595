/// @file
/// Which columns of a table, or keys of JSON objects, hold the sentences and the label. For the loaders' own
/// use.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "loaders/text/text_dataset.h"

namespace dpac {

/// Positions among the names, from 0.
struct TextColumns {
  std::size_t first = 0;
  std::optional<std::size_t> second = {};
  std::optional<std::size_t> label = {};
};

/// As GLUE and Hugging Face's data sets name them; none if there are no such sentences, or if the task wants
/// pairs and there are none, or the other way round. `scores`: a column `score` comes before others.
std::optional<TextColumns> usual_columns(std::span<const std::string> names, std::optional<TextTask> task,
                                         bool scores);

/// What each of TextFormat::columns stands for, by how many there are: 1, 2 or 3.
TextColumns columns_by_count(std::size_t count);

/// A name as it is, or else one that differs in case or blanks.
std::optional<std::size_t> find_name(std::span<const std::string> names, std::string_view name);

/// How the rows of a table are to be read.
struct TableLayout {
  TextColumns columns;
  bool has_header = false;
  std::size_t width = 0;    ///< How many columns a row has,
  bool wider_rows = false;  ///< at least.
};

/// @throws Error if `first_row` and `format` do not tell.
TableLayout layout_of(std::span<const std::string> first_row, const TextFormat& format, bool scores,
                      const std::string& file);

}  // namespace dpac
