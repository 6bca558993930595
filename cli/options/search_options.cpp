#include "cli/options/search_options.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "cli/support/json.h"
#include "kernels/error.h"

namespace dpac::cli {
namespace {

constexpr const char* kGroup = "Search";
constexpr double kDefaultLoss = 0.02;

}  // namespace

void SearchOptions::check() const {
  check_each_once("--kinds", kinds);
  if (max_loss && !(*max_loss >= 0 && *max_loss < 1)) {
    throw Error(fmt::format("--max-loss is {}, expected a fraction such as 0.02 for two points of accuracy",
                            *max_loss));
  }
  if (target_accuracy && !(*target_accuracy > 0 && *target_accuracy <= 1)) {
    throw Error(fmt::format("--target-accuracy is {}, expected a fraction such as 0.74", *target_accuracy));
  }
  if (bracket.empty()) return;
  const bool ordered = bracket.size() == 2 && bracket[0] > 0 && bracket[0] < bracket[1];
  if (!ordered || !std::isfinite(static_cast<float>(bracket[1]))) {
    throw Error("--bracket expects two energies, the lower one first, such as 5,500");
  }
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

void check_each_once(const std::string& option, std::vector<std::string> names) {
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) throw Error(fmt::format("{} names '{}' twice", option, *twice));
}

void add_search_options(CLI::App& app, SearchOptions& options) {
  auto* loss = app.add_option("--max-loss", options.max_loss,
                              fmt::format("Loss of accuracy allowed below full precision, absolute, as a "
                                          "fraction [{}]",
                                          kDefaultLoss))
                   ->type_name("F")
                   ->group(kGroup);
  app.add_option("--target-accuracy", options.target_accuracy, "Accuracy to be reached, as a fraction")
      ->type_name("A")
      ->excludes(loss)
      ->group(kGroup);
  app.add_option("--kinds", options.kinds,
                 "Allocations to find: one energy for all layers, one per layer, one per output channel")
      ->delimiter(',')
      ->check(CLI::IsMember({"uniform", "layer", "channel"}))
      ->capture_default_str()
      ->group(kGroup);
  app.add_option(
         "--bracket", options.bracket,
         "Energies between which the smallest is expected; the search leaves them where it must [what "
         "the paper used]")
      ->type_name("LOW,HIGH")
      ->delimiter(',')
      ->group(kGroup);
  app.add_option("--tries", options.tries, "Energies to try at most, for each kind")
      ->type_name("N")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->group(kGroup);
}

void write(const SearchOptions& options, NoiseKind noise, nlohmann::ordered_json& json) {
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
