/// @file
/// How long searches that are still to be made may take.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace dpac {

/// Estimates it from the tries that were made: each kind's tries take what they took on average, and there
/// are as many as a search may make at most. So it is an upper bound, as far as networks are equally fast.
class TimeLeft {
 public:
  /// `searches` of each of the kinds, of at most `most_tries` tries each.
  TimeLeft(const std::vector<std::string>& kinds, int64_t searches, int most_tries);

  /// A try of that kind took so long, and its search has at most `left` more.
  void add_try(const std::string& kind, double seconds, int left);

  /// A search of that kind has ended.
  void end_search(const std::string& kind);

  /// So many searches of each kind are left, the running ones not counted: where some were not made at all.
  void set_searches(int64_t searches);

  /// None before the first try.
  [[nodiscard]] std::optional<double> seconds() const;

 private:
  struct Kind {
    int64_t searches = 0;  ///< Not ended.
    int running_left = 0;  ///< Tries of the search that runs, where one does.
    bool running = false;
    int64_t tries = 0;
    double seconds = 0;

    [[nodiscard]] double tries_left(int most_tries) const;
  };

  std::map<std::string, Kind> kinds_;
  int most_tries_;
};

}  // namespace dpac
