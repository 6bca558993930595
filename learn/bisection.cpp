#include "learn/bisection.h"

#include <cassert>
#include <cmath>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

Bisection::Bisection(const SearchGoal& goal)
    : goal_(goal), low_(std::log(goal.low)), high_(std::log(goal.high)) {
  if (!(goal.low > 0 && goal.low < goal.high && std::isfinite(goal.high))) {
    throw Error(fmt::format("a search between the energies {} and {} makes no sense, expected 0 < low < high",
                            goal.low, goal.high));
  }
  if (goal.accuracy > 0 && goal.accuracy <= 1 && goal.window > 0 && goal.most_tries > 0) return;
  throw Error(fmt::format("a search for the accuracy {} makes no sense, expected a fraction", goal.accuracy));
}

std::optional<double> Bisection::next() const {
  if (hit_ || static_cast<int>(tries_.size()) >= goal_.most_tries) return std::nullopt;
  return std::exp((low_ + high_) / 2);
}

void Bisection::add(const SearchTry& result) {
  assert(result.target_energy > 0);
  const double middle = std::log(result.target_energy);
  if (result.accuracy >= goal_.accuracy) {
    high_ = middle;
    high_reaches_ = true;
    hit_ = result.accuracy < goal_.accuracy + goal_.window;
  } else {
    low_ = middle;
    low_misses_ = true;
  }
  tries_.push_back(result);
  widen();
}

/// Where all tries lie on one side of the goal, it may lie beyond the end that none has seen yet.
void Bisection::widen() {
  const double narrow = std::log(1.5), wider = std::log(16.0);
  if (high_ - low_ > narrow) return;
  if (!high_reaches_) high_ += wider;
  if (!low_misses_) low_ -= wider;
}

std::optional<std::size_t> Bisection::best() const {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < tries_.size(); ++i) {
    if (tries_[i].accuracy < goal_.accuracy) continue;
    if (!best || tries_[i].energy_per_mac < tries_[*best].energy_per_mac) best = i;
  }
  return best;
}

}  // namespace dpac
