#include "study/search/time_left.h"

namespace dpac {

TimeLeft::TimeLeft(const std::vector<std::string>& kinds, int64_t searches, int most_tries)
    : most_tries_(most_tries) {
  for (const std::string& kind : kinds) kinds_[kind].searches = searches;
}

void TimeLeft::add_try(const std::string& kind, double seconds, int left) {
  Kind& own = kinds_[kind];
  ++own.tries;
  own.seconds += seconds;
  own.running = true;
  own.running_left = left;
}

void TimeLeft::end_search(const std::string& kind) {
  Kind& own = kinds_[kind];
  --own.searches;
  own.running = false;
}

void TimeLeft::set_searches(int64_t searches) {
  for (auto& [name, kind] : kinds_) {
    kind.searches = searches;
    kind.running = false;
  }
}

double TimeLeft::Kind::tries_left(int most_tries) const {
  const auto whole = static_cast<double>(running ? searches - 1 : searches);
  return whole * most_tries + (running ? running_left : 0);
}

std::optional<double> TimeLeft::seconds() const {
  double all_seconds = 0, left = 0;
  int64_t all_tries = 0;
  for (const auto& [name, kind] : kinds_) {
    all_tries += kind.tries;
    all_seconds += kind.seconds;
  }
  if (all_tries == 0) return std::nullopt;
  for (const auto& [name, kind] : kinds_) {
    const double each = kind.tries > 0 ? kind.seconds / static_cast<double>(kind.tries)
                                       : all_seconds / static_cast<double>(all_tries);
    left += each * kind.tries_left(most_tries_);
  }
  return left;
}

}  // namespace dpac
