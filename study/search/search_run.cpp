#include "study/search/search_run.h"

#include <functional>
#include <utility>

#include <fmt/format.h>

#include "engine/noise/energy.h"
#include "kernels/error.h"
#include "learn/bisection.h"
#include "study/energies/energies_json.h"
#include "study/learning/learning_run.h"
#include "study/learning/state_file.h"
#include "study/settings/settings_json.h"
#include "study/support/json.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

/// 0.94 - 0.05 is not the double that 89 of 100 is.
constexpr double kRounding = 1e-12;

constexpr double kOtherBits = 8;  // Of a quantised baseline where the noise asks for no quantisers.

double remembered(StateFile file, const std::function<double()>& measure) {
  if (file.content().is_null()) file.save(measure());
  return file.content().get<double>();
}

Json measured_with(const Workbench& bench) {
  QuantizersMadeWith made_with = bench.quantizers_made_with();
  made_with.judged_by = bench.judged_by();
  return made_with.json();
}

bool quantised(const AnalogSettings& analog) {
  return analog.quantization.weights(analog.kind()) || analog.quantization.activations(analog.kind());
}

/// One kind of allocation.
class KindSearch {
 public:
  KindSearch(Workbench& bench, EnergyFinder& finder, const SearchSeeds& seeds, std::string kind,
             const SearchGoal& goal, const SearchCallbacks& callbacks, StateFile state)
      : bench_(bench),
        finder_(finder),
        seeds_(seeds),
        kind_(std::move(kind)),
        goal_(goal),
        callbacks_(callbacks),
        bisection_(goal),
        state_(std::move(state)) {
    if (!state_.content().is_null()) restore(goal.most_tries);
  }

  Allocation run() {
    while (const auto energy = bisection_.next()) {
      bench_.poll();
      const std::string running = learning_file(bisection_.tries().size());
      TryStatus status = status_of(*energy);
      tell(status);
      add(*energy, energies_for(*energy, running));
      save();
      finder_.forget(running);
      status.made = bisection_.tries().back();
      tell(status);
    }
    if (callbacks_.on_kind_end) callbacks_.on_kind_end(kind_);
    const auto best = bisection_.best();
    return {.kind = kind_,
            .tries = bisection_.tries(),
            .best = best ? std::optional(bisection_.tries()[*best]) : std::nullopt,
            .hit = bisection_.hit(),
            .energies = std::move(energies_),
            .learned = kind_ != "uniform" && !bench_.settings().learning.closed_form()};
  }

 private:
  [[nodiscard]] std::string learning_file(std::size_t number) const {
    return fmt::format("{}-try-{}.json", kind_, number + 1);
  }

  [[nodiscard]] TryStatus status_of(double energy) const {
    return {.kind = kind_,
            .seed = seeds_.first,
            .number = static_cast<int>(bisection_.tries().size()) + 1,
            .most = goal_.most_tries,
            .energy = energy,
            .target = goal_.accuracy + kRounding};
  }

  void tell(const TryStatus& status) const {
    if (callbacks_.on_try) callbacks_.on_try(status);
  }

  LearnedEnergies energies_for(double energy, const std::string& running) {
    if (kind_ != "uniform") {
      return finder_.find({kind_ == "layer" ? Granularity::layer : Granularity::channel, energy}, running);
    }
    NoiseConfig point = bench_.settings().analog.noise.base();
    point.energies = uniform_energies(bench_.layers(), energy);
    if (bench_.settings().learning.round) point.energies = rounded(std::move(point.energies));
    const double energy_per_mac = energy_ledger(bench_.layers(), point).energy_per_mac;
    return {.energies = std::move(point.energies), .energy_per_mac = energy_per_mac, .history = {}};
  }

  void add(double target_energy, LearnedEnergies found) {
    const Accuracy accuracy = bench_.accuracy(found.energies, seeds_.first, seeds_.count);
    bisection_.add({target_energy, found.energy_per_mac, accuracy.value});
    if (bisection_.best() == bisection_.tries().size() - 1) energies_ = std::move(found.energies);
  }

  void save() {
    Json content{{"tries", Json::array()}, {"energies", nullptr}};
    for (const SearchTry& made : bisection_.tries()) {
      content["tries"].push_back({made.target_energy, made.energy_per_mac, made.accuracy});
    }
    if (!energies_.empty()) content["energies"] = energies_json(bench_.layers(), energies_);
    state_.save(std::move(content));
  }

  void restore(int most_tries) {
    const auto& content = state_.content();
    const std::size_t made_before = content.at("tries").size();
    if (made_before > static_cast<std::size_t>(most_tries)) {
      throw StateError(
          fmt::format("{}: has {} tries already, but --tries is {}; give this run another --state",
                      state_.path().string(), made_before, most_tries));
    }
    for (const Json& made : content.at("tries").items()) {
      finder_.forget(learning_file(bisection_.tries().size()));
      bisection_.add({made.at(0).get<double>(), made.at(1).get<double>(), made.at(2).get<double>()});
    }
    const auto& energies = content.at("energies");
    if (!energies.is_null()) energies_ = energies_from_json(bench_.layers(), energies);
  }

  Workbench& bench_;
  EnergyFinder& finder_;
  SearchSeeds seeds_;
  std::string kind_;
  SearchGoal goal_;
  const SearchCallbacks& callbacks_;
  Bisection bisection_;
  StateFile state_;
  Energies energies_;
};

void check_reach(const Baselines& baselines, double target) {
  if (baselines.without_noise >= target - kRounding) return;
  throw Error(
      fmt::format("even without noise the accuracy is {:.2f} %, which misses the target of {:.2f} % (full "
                  "precision: {:.2f} %); a larger --max-loss, a lower --target-accuracy or more --bits help",
                  100 * baselines.without_noise, 100 * target, 100 * baselines.full_precision));
}

}  // namespace

Baselines find_baselines(Workbench& bench, const fs::path& clean_folder, const fs::path& noise_folder) {
  Json clean{{"weights_sha256", bench.session().weights_sha256}};
  write_network(bench.settings().model, clean);
  clean["judged_by"] = bench.judged_by();
  Baselines baselines;
  baselines.full_precision = remembered(StateFile(clean_folder, "clean.json", clean),
                                        [&] { return bench.accuracy_without_noise({}).value; });
  baselines.without_noise = baselines.full_precision;
  if (!quantised(bench.settings().analog)) return baselines;
  baselines.without_noise =
      remembered(StateFile(noise_folder, "without_noise.json", measured_with(bench)),
                 [&] { return bench.accuracy_without_noise(bench.setup().quantization).value; });
  return baselines;
}

double quantized_accuracy(Workbench& bench, const Baselines& baselines, const fs::path& folder) {
  if (quantised(bench.settings().analog)) return baselines.without_noise;
  return remembered(StateFile(folder, "quantized.json", measured_with(bench)), [&] {
    Quantization quantization = bench.setup().quantization;
    quantization.weight_bits = quantization.activation_bits = kOtherBits;
    return bench.accuracy_without_noise(quantization).value;
  });
}

SearchOutcome find_smallest(Workbench& bench, const SearchSettings& settings, const Baselines& baselines,
                            const SearchSeeds& seeds, const fs::path& folder,
                            const SearchCallbacks& callbacks) {
  const double target = settings.target(baselines.full_precision);
  check_reach(baselines, target);
  if (settings.learns()) bench.check_learnable();
  SearchOutcome result{baselines, target, {}};
  EnergyFinder finder(bench, seeds.first, folder);
  EnergiesMadeWith energies = bench.energies_made_with(seeds.first);
  energies.judged_by = bench.judged_by();
  for (const std::string& kind : settings.kinds) {
    const Bracket bracket = settings.bracket_of(kind, bench.settings().analog.kind());
    const TriesMadeWith made_with{energies, target, bracket, seeds.count};
    const SearchGoal goal{.accuracy = target - kRounding,
                          .low = bracket.low,
                          .high = bracket.high,
                          .most_tries = settings.tries};
    KindSearch one(bench, finder, seeds, kind, goal, callbacks,
                   StateFile(folder, kind + ".json", made_with.json()));
    result.allocations.push_back(one.run());
  }
  return result;
}

}  // namespace dpac
