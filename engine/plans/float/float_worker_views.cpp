// What a float plan's observer is shown.

#include "engine/graph/fused_graph.h"
#include "engine/observer.h"
#include "engine/plans/float/float_worker.h"
#include "engine/plans/float/sequence_view.h"

namespace dpac {

void FloatWorker::show_product(std::size_t n, const SamplePart& part, const NoisePoint& point,
                               const AnalogEpilogue& epilogue, const NoiseKey& key,
                               const RunInput& input) const {
  const FloatPlan::Step& step = plan_.step(n);
  const bool plain = node(n).input() == 0 && !text();
  const BlockedMap in = input_map(n);
  const int64_t input_size = plain ? in.channels * in.pixels : in.size();
  const float* product = at(step.product) + part.map * epilogue.map.size();
  AnalogView view{.layer = step.layer,
                  .sample = part.sample,
                  .input = static_cast<const float*>(input_value(node(n), input)) + part.map * input_size,
                  .plain_input = plain,
                  .input_map = in,
                  .window = input.noise->layers[static_cast<std::size_t>(step.layer)].window(),
                  .groups = groups_of(node(n)),
                  .pre_activation = product,
                  .epilogue = epilogue,
                  .key = key};
  if (step.companion) {
    view.pre_activation = at(step.companion_value) + part.map * epilogue.map.size();
    view.noisy_product = product;
    view.layer_gains = &(*point.gains)[static_cast<std::size_t>(step.layer)];
  }
  if (!text()) return input.observer->analog(view);
  show_alone(view, part.first, part.count, *input.observer);
}

void FloatWorker::show_values(std::size_t n, const RunInput& input) const {
  const FusedNode& node = this->node(n);
  const bool plain = std::holds_alternative<InputOp>(node.op);
  const BlockedMap map = plan_.map(n);
  const int64_t size = plain ? node.shape().channels * node.shape().pixels() : map.size();
  const float* values = plain && plan_.keeps_images() ? input.images : value(n).floats();
  for (std::size_t s = 0; s < plan_.samples_of(input.sequences); ++s) {
    const SamplePart part = part_of(n, s, input);
    const ValueView view{static_cast<int>(n), part.sample, values + part.map * size, plain, map};
    if (text()) show_alone(view, part.first, part.count, *input.observer);
    if (!text()) input.observer->value(view);
  }
}

}  // namespace dpac
