#include "loaders/onnx/onnx_topology.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/onnx/onnx_builder.h"
#include "loaders/onnx/onnx_constants.h"
#include "loaders/pixels/preprocess.h"

namespace dpac {

namespace {

/// Initialisers, and values of those names.
bool reads_only(const OnnxNode& node, const OnnxModel& model, const std::set<std::string>& constants) {
  return std::all_of(node.inputs.begin(), node.inputs.end(), [&](const std::string& name) {
    return name.empty() || model.has_tensor(name) || constants.contains(name);
  });
}

}  // namespace

/// A protocol buffer: its field 1, the version, comes first, then the producer's name.
bool is_onnx(const std::filesystem::path& path, const std::string& start) {
  const bool fields =
      start.size() > 2 && start[0] == '\x08' && start[1] > 0 && start[1] < 32 && start[2] == '\x12';
  return path.extension() == ".onnx" || fields;
}

void guess_preprocessing(const OnnxModel& model, ResNetTraits& traits) {
  constexpr int64_t kUsual = 224, kSmallest = 64, kLargest = 4096;
  constexpr double kPartOfImage = 0.875;
  const MapShape image = declared_image(model).shape;
  if (image.height < 1 || image.width < 1) return;
  traits.input_size = Shape{image.height, image.width};
  if (std::max(image.height, image.width) < kSmallest) {
    traits.preset = "cifar";  // Images of so few pixels are as they are.
    return;
  }
  if (image.height != image.width || image.height == kUsual || image.height > kLargest) return;
  const auto side = static_cast<int>(image.height);
  traits.preprocessing.resize = resize_for_crop(side, kPartOfImage);
  traits.preprocessing.crop = side;
}

OnnxTopology::OnnxTopology(std::shared_ptr<const OnnxModel> model) : model_(std::move(model)) {
  constexpr std::size_t kMostListed = 20;
  std::vector<std::string> unknown;
  std::size_t count = 0;
  std::set<std::string> constants;
  for (const OnnxNode& node : model_->nodes()) {
    const bool of_constants = reads_only(node, *model_, constants);
    if (of_constants || node.op == "Shape") constants.insert(node.outputs.begin(), node.outputs.end());
    if (has_operation(node.op) || (of_constants && computes_constants(node.op))) continue;
    if (++count <= kMostListed) unknown.push_back(fmt::format("'{}' ({})", node.name, node.op));
  }
  if (count == 0) return;
  throw Error(fmt::format("{}: {} node{} of operations that cannot be run: {}{}", model_->file(), count,
                          count == 1 ? " is" : "s are", fmt::join(unknown, ", "),
                          count > kMostListed ? fmt::format(" and {} more", count - kMostListed) : ""));
}

Graph OnnxTopology::build(const std::optional<Shape>& input_size) const {
  OnnxBuilder builder(*model_, input_size);
  for (const OnnxNode& node : model_->nodes()) builder.add(node);
  return builder.finish();
}

}  // namespace dpac
