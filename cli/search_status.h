/// @file
/// Where `search` and `table` are, for people who wait.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "cli/support/terminal_line.h"
#include "study/search/search_callbacks.h"
#include "study/search/search_units.h"
#include "study/search/time_left.h"
#include "study/settings/model_settings.h"
#include "study/settings/search_settings.h"
#include "study/support/progress.h"

namespace dpac::cli {

/// On a terminal one line that is written again and again: network, noise, kind, seed, try, energy, what the
/// last try came to, how far this one is, and the time left of the whole. Elsewhere a line on stderr for each
/// try that ended.
class SearchStatus {
 public:
  /// For so many rows (networks under a noise) of so many seeds each. `quiet` shows nothing.
  SearchStatus(const SearchSettings& options, int64_t rows, int seeds, bool quiet);

  /// What the searches call. This must outlive them.
  [[nodiscard]] SearchCallbacks callbacks();

  /// `run`, told to this, and ended by Ctrl-C.
  [[nodiscard]] RunSettings watched(RunSettings run);

 private:
  using Clock = std::chrono::steady_clock;

  void begin_row(const RowStatus& row);
  void end_row();
  void tell(const TryStatus& status);
  void end_kind(const std::string& kind);
  void show(const std::string& doing);
  void log(const TryStatus& status) const;
  [[nodiscard]] std::string place(const TryStatus& status) const;
  [[nodiscard]] std::string time_left() const;

  TerminalLine line_;
  bool logs_;
  int seeds_;
  int64_t rows_left_;
  TimeLeft left_;
  std::string row_;
  SearchUnits units_;
  std::string try_, last_;  // The try that runs, and what the one before it came to.
  Clock::time_point began_{};
};

}  // namespace dpac::cli
