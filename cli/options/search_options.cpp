#include "cli/options/search_options.h"

#include <fmt/format.h>

#include "cli/support/json.h"
#include "cli/support/usage_error.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Search";
constexpr double kDefaultLoss = 0.02;

}  // namespace

void SearchOptions::check() const {
  if (bracket.empty() || (bracket.size() == 2 && bracket[0] < bracket[1])) return;
  throw UsageError("--bracket expects two energies, the lower one first, such as 5,500");
}

bool SearchOptions::learns() const {
  return kinds != std::vector<std::string>{"uniform"};
}

double SearchOptions::target(double full_precision_accuracy) const {
  if (target_accuracy) return *target_accuracy;
  const double loss = max_loss.value_or(kDefaultLoss);
  if (loss < full_precision_accuracy) return full_precision_accuracy - loss;
  throw Error(
      fmt::format("a loss of {:.2f} points may be all there is: the full-precision accuracy is {:.2f} %",
                  100 * loss, 100 * full_precision_accuracy));
}

Bracket SearchOptions::bracket_of(const std::string& kind, NoiseKind noise) const {
  if (!bracket.empty()) return {bracket[0], bracket[1]};
  if (noise == NoiseKind::shot) {
    if (kind == "uniform") return {100, 1000};
    return kind == "layer" ? Bracket{10, 500} : Bracket{5, 250};
  }
  if (noise == NoiseKind::thermal && kind != "uniform") return {5, 500};
  return {10, 1000};
}

void add_search_options(OptionSet& set, SearchOptions& options) {
  set.heading(kGroup);
  set.number({"--max-loss", "F",
              fmt::format("Loss of accuracy allowed below full precision, absolute, as a fraction [{}]",
                          kDefaultLoss)},
             options.max_loss,
             {0, 1, true, "a fraction of at most 1, such as 0.02 for two points of accuracy"});
  set.number({"--target-accuracy", "A", "Accuracy to be reached, as a fraction"}, options.target_accuracy,
             {0, 1, false, "a fraction of at most 1, such as 0.74"})
      .excludes({"--max-loss"});
  set.choices({"--kinds", "A,B,...",
               "Allocations to find: one energy for all layers, one per layer, one per output channel"},
              options.kinds, {"uniform", "layer", "channel"});
  set.number({"--bracket", "LOW,HIGH",
              "Energies between which the smallest is expected; the search leaves them where it must [what "
              "the paper "
              "used]"},
             options.bracket, positive_number());
  set.number({"--tries", "N", "Energies to try at most, for each kind"}, options.tries, from_to(1, 1000));
}

void write(const SearchOptions& options, NoiseKind noise, Json& json) {
  json["max_loss"] = nullptr;
  if (!options.target_accuracy) json["max_loss"] = options.max_loss.value_or(kDefaultLoss);
  json["target_accuracy"] = or_null(options.target_accuracy);
  json["kinds"] = options.kinds;
  json["tries"] = options.tries;
  for (const std::string& kind : options.kinds) {
    const Bracket bracket = options.bracket_of(kind, noise);
    json["bracket"][kind] = {bracket.low, bracket.high};
  }
}

}  // namespace dpac::cli
