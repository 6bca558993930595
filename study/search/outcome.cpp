#include "study/search/outcome.h"

#include <algorithm>

#include <fmt/format.h>

#include "study/learning/learning_run.h"

namespace dpac {
namespace {

enum class Ending {
  hit,      ///< A try lies in the window above the target.
  nothing,  ///< No try reaches the target.
  all,      ///< Every try does.
  between,  ///< The smallest energy that reaches it lies above the window.
};

Ending ending_of(const Allocation& allocation, double target) {
  if (allocation.hit) return Ending::hit;
  if (!allocation.best) return Ending::nothing;
  // 0.94 - 0.05 is not the double that 89 of 100 is.
  const bool all = std::all_of(allocation.tries.begin(), allocation.tries.end(),
                               [&](const SearchTry& made) { return made.accuracy >= target - 1e-12; });
  return all ? Ending::all : Ending::between;
}

const char* window_text(const SearchUnits& units) {
  return units.measure == Measure::top1 ? "0.1 points" : "0.001";
}

std::string nothing_text(const std::vector<SearchTry>& tries, double target, const SearchUnits& units) {
  const auto best = std::max_element(tries.begin(), tries.end(), [](const SearchTry& a, const SearchTry& b) {
    return a.accuracy < b.accuracy;
  });
  return fmt::format("none of {} tries reaches the target of {}; the best has {}, at {}", tries.size(),
                     units.accuracy_text(target), units.accuracy_text(best->accuracy),
                     units.energy_text(best->energy_per_mac));
}

std::string ending_text(Ending ending, const Allocation& allocation, const SearchUnits& units) {
  const std::size_t tries = allocation.tries.size();
  switch (ending) {
    case Ending::hit:
      return fmt::format("a hit: within {} above the target", window_text(units));
    case Ending::all:
      return fmt::format("no hit: every one of {} tries reaches the target; a smaller energy may do so too",
                         tries);
    default:
      return fmt::format(
          "no hit: none of {} tries lies within {} above the target; this is the smallest energy that "
          "reaches it",
          tries, window_text(units));
  }
}

/// Learning that did not come down to what bisection asked for makes the search a search for nothing.
std::optional<std::string> learning_note(const std::vector<const Allocation*>& searches) {
  std::size_t above = 0, tries = 0;
  for (const Allocation* search : searches) {
    if (!search->learned) continue;
    tries += search->tries.size();
    above += static_cast<std::size_t>(std::count_if(
        search->tries.begin(), search->tries.end(),
        [](const SearchTry& made) { return made.energy_per_mac > kNearTarget * made.target_energy; }));
  }
  if (above == 0) return std::nullopt;
  return fmt::format(
      "in {} of {} tries learning ended above the energy it was to reach; more --steps, a lower --start or a "
      "higher --lambda bring it nearer",
      above, tries);
}

/// "with 2 of 3 seeds "; nothing where there is one.
std::string share_of_seeds(std::size_t part, std::size_t all) {
  return all == 1 ? "" : fmt::format("with {} of {} seeds ", part, all);
}

}  // namespace

std::string outcome_text(const Allocation& allocation, double target, const SearchUnits& units,
                         const std::optional<double>& saving) {
  const std::string title = title_of_kind(allocation.kind);
  const Ending ending = ending_of(allocation, target);
  if (ending == Ending::nothing) {
    return fmt::format("{}: nothing found: {}; more --tries or a larger --max-loss may find one.", title,
                       nothing_text(allocation.tries, target, units));
  }
  const std::string gain = saving ? fmt::format(" and save {:.1f} % against uniform", *saving) : "";
  return fmt::format("{}: {} reach {}{}, {}.", title, units.energy_text(allocation.best->energy_per_mac),
                     units.accuracy_text(allocation.best->accuracy), gain,
                     ending_text(ending, allocation, units));
}

std::string learning_text(const Allocation& allocation) {
  const auto learning = learning_note({&allocation});
  return learning ? fmt::format("{}: {}.\n", title_of_kind(allocation.kind), *learning) : "";
}

std::vector<std::string> outcome_notes(const KindOutcome& outcome, const SearchUnits& units) {
  const auto that_ended = [&](Ending ending) {
    std::vector<const Allocation*> some;
    for (const Allocation* search : outcome.searches) {
      if (ending_of(*search, outcome.target) == ending) some.push_back(search);
    }
    return some;
  };
  const std::string begin = title_of_kind(outcome.kind) + ": ";
  const std::size_t seeds = outcome.searches.size();
  std::vector<std::string> notes;
  if (const auto nothing = that_ended(Ending::nothing); !nothing.empty()) {
    notes.push_back(begin + share_of_seeds(nothing.size(), seeds) +
                    nothing_text(nothing.front()->tries, outcome.target, units));
  }
  if (const auto all = that_ended(Ending::all); !all.empty()) {
    notes.push_back(begin + share_of_seeds(all.size(), seeds) +
                    "every try reaches the target; a smaller energy may do so too");
  }
  if (const auto between = that_ended(Ending::between); !between.empty()) {
    notes.push_back(
        fmt::format("{}{}no try lies within {} above the target; the smallest energy that reaches it counts",
                    begin, share_of_seeds(between.size(), seeds), window_text(units)));
  }
  if (const auto learning = learning_note(outcome.searches)) notes.push_back(begin + *learning);
  return notes;
}

}  // namespace dpac
