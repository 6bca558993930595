#include "cli/search_status.h"

#include <cstdio>

#include <fmt/format.h>

#include "cli/support/interrupt.h"
#include "study/support/printable.h"

namespace dpac::cli {

SearchStatus::SearchStatus(const SearchSettings& options, int64_t rows, int seeds, bool quiet)
    : line_(quiet),
      logs_(!quiet && !line_.visible()),
      seeds_(seeds),
      rows_left_(rows),
      left_(options.kinds, rows * seeds, options.tries) {}

void SearchStatus::begin_row(const RowStatus& row) {
  row_ = fmt::format("{}, {} noise", row.network, row.noise);
  units_ = row.units;
  try_ = last_ = "";
  show("");
}

void SearchStatus::end_row() {
  left_.set_searches(--rows_left_ * seeds_);
  line_.clear();
}

SearchCallbacks SearchStatus::callbacks() {
  return {.on_row = [this](const RowStatus& row) { begin_row(row); },
          .on_try = [this](const TryStatus& status) { tell(status); },
          .on_kind_end = [this](const std::string& kind) { end_kind(kind); },
          .on_row_end = [this] { end_row(); }};
}

RunSettings SearchStatus::watched(RunSettings run) {
  run.progress = [this](const WorkDone& work) { show(work.ended ? "" : work.text()); };
  run.poll = stop_if_interrupted;
  return run;
}

void SearchStatus::tell(const TryStatus& status) {
  if (!status.made) {
    began_ = Clock::now();
    try_ = place(status);
    show("");
    return;
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - began_).count();
  left_.add_try(status.kind, seconds, status.most - status.number);
  last_ = fmt::format("last {} of {}", units_.accuracy_text(status.made->accuracy),
                      units_.accuracy_text(status.target));
  if (logs_) log(status);
}

void SearchStatus::end_kind(const std::string& kind) {
  left_.end_search(kind);
  try_ = last_ = "";
}

/// The last of it is what a narrow terminal does without.
void SearchStatus::show(const std::string& doing) {
  std::string text = row_ + try_;
  for (const std::string& part : {doing, last_, time_left()}) {
    if (!part.empty()) text += ", " + part;
  }
  line_.show(text);
}

void SearchStatus::log(const TryStatus& status) const {
  const std::string text = fmt::format("dpac: {}{}: {}, target {}; {}", row_, place(status),
                                       units_.accuracy_text(status.made->accuracy),
                                       units_.accuracy_text(status.target), time_left());
  std::fputs((printable(text) + '\n').c_str(), stderr);
}

std::string SearchStatus::place(const TryStatus& status) const {
  return fmt::format(", {}, seed {}, try {} of {}, {:.4g} {}", title_of_kind(status.kind), status.seed,
                     status.number, status.most, status.energy, units_.energy);
}

std::string SearchStatus::time_left() const {
  const auto seconds = left_.seconds();
  return seconds ? fmt::format("at most {} left", duration_text(*seconds)) : "";
}

}  // namespace dpac::cli
