/// @file
/// A line on a terminal that is written again and again.
#pragma once

#include <string>
#include <string_view>

namespace dpac::cli {

/// On stderr, and only where that is a terminal, so that logs stay clean. Cleared at its end.
class TerminalLine {
 public:
  /// `quiet` keeps it silent on a terminal too.
  explicit TerminalLine(bool quiet);
  ~TerminalLine();
  TerminalLine(const TerminalLine&) = delete;
  TerminalLine& operator=(const TerminalLine&) = delete;

  [[nodiscard]] bool visible() const { return visible_; }

  /// In place of what was shown before; as much of it as the terminal is wide.
  void show(std::string_view text);
  void clear();

 private:
  bool visible_, shown_ = false;
};

/// The first `columns` characters of a text in UTF-8.
std::string_view first_columns(std::string_view text, std::size_t columns);

/// "45 s", "12 min", "3 h 20 min", "2 d 4 h".
std::string duration_text(double seconds);

}  // namespace dpac::cli
