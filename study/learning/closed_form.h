/// @file
/// Energies of the closed form, which need no learning.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "learn/precision_parameters.h"
#include "study/learning/made_with.h"
#include "study/learning/workbench.h"

namespace dpac {

/// What energies are found for.
struct LearningGoal {
  Granularity per = Granularity::layer;
  double target_energy = 0;
};

/// The closed form with one seed: of the choice of samples, of labels and of noise.
class ClosedForm {
 public:
  /// `folder` is where sensitivities are kept; empty for none. `bench` must outlive it.
  ClosedForm(Workbench& bench, uint64_t seed, std::filesystem::path folder);

  /// Per layer from the sensitivities of the clean network, which are estimated once for all targets. Per
  /// channel from those of the network under the noise that the layers' closed form for the same target gives
  /// (docs/model.md section 6), estimated anew for each; `file` is the name they are kept under. Where that
  /// noise overflows, every channel has its layer's energy.
  /// @throws Error as analytic_energies() and StateFile do.
  Energies energies(const LearningGoal& goal, const std::string& file);

 private:
  const ChannelValues& clean_sensitivities();
  ChannelValues noisy_sensitivities(double target_energy, const Energies& layers, const std::string& file);
  [[nodiscard]] SensitivitiesMadeWith made_with() const;

  Workbench& bench_;
  uint64_t seed_;
  std::filesystem::path folder_;
  std::optional<ChannelValues> clean_;
};

}  // namespace dpac
