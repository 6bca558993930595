#include "cli/session.h"

#include <fmt/format.h>

#include "cli/support/machine.h"
#include "engine/resnet.h"
#include "kernels/error.h"

namespace dpac::cli {
void check_images_fit(const OpenedData& data, const MapShape& input) {
  if (input.channels != 1 && input.channels != 3) {
    throw Error(fmt::format("the network takes {} channels, but images have 1 or 3", input.channels));
  }
  const int64_t first = data.samples.front();
  const ImageSize size = output_size(data.images->load(first).size(), data.preprocessing);
  if (size.height == input.height && size.width == input.width) return;
  throw Error(
      fmt::format("{}: the image has {}x{} pixels after preprocessing, but the network takes {}x{}; "
                  "--resize and --crop change the one, --input-size the other",
                  data.images->name(first), size.height, size.width, input.height, input.width));
}

void check_label(const ImageDataset& images, int64_t sample, int label, int64_t classes) {
  if (label >= 0 && label < classes) return;
  throw Error(fmt::format("{}: its label is {}, but the network has the classes 0 ... {}",
                          images.name(sample), label, classes - 1));
}

Session open_session(const ModelOptions& model, const DataOptions& data) {
  const OpenedWeights weights = open_weights(model);
  OpenedData opened = open_data(data, weights.checkpoint.traits.preset);
  const auto size = model.input_size ? model.input_size : image_size(opened);
  Graph graph = build_resnet(weights.checkpoint, size);
  check_images_fit(opened, graph.input());
  return {weights.sha256, std::move(opened), std::move(graph)};
}

int64_t samples_at_a_time(const RunOptions& run, NoiseKind noise) {
  const int64_t together = noise == NoiseKind::weight ? kSamplesPerDraw : 1;
  return (run.batch + together - 1) / together * together;
}

BatchReader make_reader(const OpenedData& data, const Graph& graph, const RunOptions& run, NoiseKind noise) {
  return BatchReader(*data.images, data.preprocessing, static_cast<int>(graph.input().channels), data.samples,
                     static_cast<int>(samples_at_a_time(run, noise)), thread_count(run.threads));
}

}  // namespace dpac::cli
