/// @file
/// Energies of one target: learned, and resumed where it was interrupted, or from the closed form.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "learn/learner.h"
#include "study/learning/closed_form.h"
#include "study/learning/learned_energies.h"
#include "study/learning/workbench.h"

namespace dpac {

/// Finds energies with one seed: of the noise, of the order of the images and of their augmentation.
class EnergyFinder {
 public:
  /// `folder` is where its state is kept; empty for none. `bench` must outlive it.
  EnergyFinder(Workbench& bench, uint64_t seed, std::filesystem::path folder);

  /// The same bits however often it was interrupted in the midst of it, also where fewer steps were asked for
  /// until now. `state` is the name of the file of its state.
  /// @throws Error as Learner and StateFile do, and where more steps were made than are asked for.
  /// @throws Interrupted, its state saved.
  LearnedEnergies find(const LearningGoal& goal, const std::string& state);

  /// What is kept under that name is not needed any more.
  void forget(const std::string& state) const;

 private:
  LearnedEnergies from_closed_form(const LearningGoal& goal, const std::string& state);
  [[nodiscard]] Energies start(const LearningGoal& goal, const std::string& state);
  [[nodiscard]] LearnerOptions learner_options(const LearningGoal& goal, const std::string& state);

  Workbench& bench_;
  uint64_t seed_;
  std::filesystem::path folder_;
  ClosedForm closed_form_;
};

}  // namespace dpac
