/// @file
/// Text files of two columns, a name and what belongs to it: labels files and class maps.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace dpac {

/// A row of such a file.
struct NameRow {
  std::string name;
  std::string value;
  int64_t line = 0;  ///< Where it begins, from 1.
};

/// Rows in the file's order. A line is a name and a value; the last blank, tab or comma parts them, so names
/// may hold such. With a quote in it the file is CSV as in TableReader, of two cells a row. Blanks around
/// either, empty lines, a byte order mark, and a header (a first row whose value is `class`, `label`,
/// `index`, `id`, `class_id`, `class_index` or `target`) are skipped.
/// @throws Error naming file and line for a row of another form or a name given twice, or if the file has no
/// row or cannot be read.
std::vector<NameRow> read_name_table(const std::filesystem::path& file);

}  // namespace dpac
