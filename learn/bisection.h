/// @file
/// The search for the smallest energy whose accuracy still reaches a target (docs/model.md section 6).
#pragma once

#include <optional>
#include <vector>

#include "learn/search_try.h"

namespace dpac {

struct SearchGoal {
  double accuracy = 0;          ///< To be reached, as a fraction.
  double window = 0.001;        ///< Accuracies this close above it end the search.
  double low = 10, high = 500;  ///< Energies between which it is expected; both grow where they must.
  int most_tries = 15;
};

/// Bisects the logarithm of the energy. Depends on the goal and the tries alone, so a search is resumed by
/// adding its tries again.
class Bisection {
 public:
  /// @throws Error if the goal makes no sense.
  explicit Bisection(const SearchGoal& goal);

  /// The energy to try next; none at the end.
  [[nodiscard]] std::optional<double> next() const;
  void add(const SearchTry& result);

  [[nodiscard]] const std::vector<SearchTry>& tries() const { return tries_; }

  /// Whether a try's accuracy lies in the window.
  [[nodiscard]] bool hit() const { return hit_; }

  /// Position of the try of the smallest energy whose accuracy reaches the goal.
  [[nodiscard]] std::optional<std::size_t> best() const;

 private:
  void widen();

  SearchGoal goal_;
  double low_, high_;                               // Logarithms.
  bool low_misses_ = false, high_reaches_ = false;  // Known from a try.
  bool hit_ = false;
  std::vector<SearchTry> tries_;
};

}  // namespace dpac
