#include "study/timing/timed_learning.h"

#include "engine/graph/fused_graph.h"
#include "learn/differentiator.h"

namespace dpac {
namespace {

LearnerOptions learner_options(const NoiseConfig& noise) {
  LearnerOptions options{.lambda = default_lambda(noise.kind), .noise = noise};
  options.target_energy = static_cast<double>(noise.energies.front().front());
  return options;
}

}  // namespace

TimedLearning::TimedLearning(const Graph& graph, const DifferentiatorOptions& options,
                             const NoiseConfig& noise)
    : differentiator_(graph, options), learner_(differentiator_, learner_options(noise)) {}

void TimedLearning::run(const Inputs& inputs, std::span<const int64_t> samples) {
  const int64_t classes = differentiator_.fused_graph().classes();
  if (classes == 1) {
    const std::vector<float> scores(samples.size(), 1.0f);
    learner_.step(inputs, {.scores = scores}, samples);
    return;
  }
  std::vector<int> labels;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    labels.push_back(static_cast<int>(static_cast<int64_t>(i) % classes));
  }
  learner_.step(inputs, {.labels = labels}, samples);
}

}  // namespace dpac
