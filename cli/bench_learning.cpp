#include "cli/bench_learning.h"

namespace dpac::cli {
namespace {

LearnerOptions learner_options(const NoiseConfig& noise) {
  LearnerOptions options{.lambda = default_lambda(noise.kind), .noise = noise};
  options.target_energy = static_cast<double>(noise.energies.front().front());
  return options;
}

}  // namespace

TimedLearning::TimedLearning(Graph graph, const DifferentiatorOptions& options, const NoiseConfig& noise)
    : differentiator_(std::move(graph), options), learner_(differentiator_, learner_options(noise)) {}

void TimedLearning::run(std::span<const float> images, std::span<const int64_t> samples) {
  std::vector<int> labels;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    labels.push_back(static_cast<int>(static_cast<int64_t>(i) % differentiator_.graph().classes()));
  }
  learner_.step(images, {.labels = labels}, samples);
}

}  // namespace dpac::cli
