#include "engine/networks/resnet.h"

#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "engine/networks/foreign_network.h"
#include "engine/networks/torchvision/torch_modules.h"
#include "kernels/error.h"

namespace dpac {
namespace {

constexpr const char* kNetwork = "a ResNet";
constexpr int kImageNetStem = 7;
constexpr double kTorchEpsilon = 1e-5;

/// Blocks of each stage, as the names say: layer1.0 ... layer1.2, layer2.0 ... Gaps are left to the reader to
/// report.
std::vector<int> blocks_per_stage(const WeightStore& weights) {
  std::map<int, int> last_block;
  for (const auto& [name, entry] : weights.entries()) {
    int stage = 0, block = 0;
    if (std::sscanf(name.c_str(), "layer%d.%d.", &stage, &block) != 2) continue;
    if (stage < 1 || stage > 99 || block < 0 || block > 9999) continue;
    last_block[stage] = std::max(last_block[stage], block);
  }
  std::vector<int> blocks(last_block.empty() ? 0 : static_cast<std::size_t>(last_block.rbegin()->first), 1);
  for (const auto& [stage, block] : last_block) blocks[static_cast<std::size_t>(stage - 1)] = block + 1;
  return blocks;
}

/// @throws Error that says why this is no ResNet.
void check_kind(const Checkpoint& checkpoint) {
  const std::vector<std::string> names = checkpoint.weights.names();
  if (const auto foreign = foreign_network(names)) {
    throw Error(fmt::format("{}: {}; found {}", checkpoint.path, unsupported(foreign->what),
                            quoted_examples(foreign->names)));
  }
  if (!blocks_per_stage(checkpoint.weights).empty() && checkpoint.weights.contains("conv1.weight")) return;
  throw Error(
      fmt::format("{}: no ResNet in this file: expected weights named like 'conv1.weight' and "
                  "'layer1.0.conv1.weight', found {} ({})",
                  checkpoint.path, names.empty() ? "no weights" : quoted_examples(names), checkpoint.format));
}

/// The stem's weights. @throws Error unless they are those of an image.
const Tensor& stem_weights(const Checkpoint& checkpoint) {
  const Tensor& weights = *checkpoint.weights.find("conv1.weight");
  if (weights.rank() == 4 && (weights.dim(1) == 1 || weights.dim(1) == 3)) return weights;
  throw Error(fmt::format("{}: 'conv1.weight' has shape {}, expected [out, 1 or 3, kernel, kernel]",
                          checkpoint.path, to_string(weights.shape())));
}

MapShape image_of(const Checkpoint& checkpoint, const ResNetOptions& options) {
  check_kind(checkpoint);
  const Tensor& stem = stem_weights(checkpoint);
  const Shape usual = stem.dim(2) == kImageNetStem ? Shape{224, 224} : Shape{32, 32};
  const Shape size = options.input_size.value_or(checkpoint.traits.input_size.value_or(usual));
  return {stem.dim(1), size[0], size[1]};
}

class Builder {
 public:
  Builder(const Checkpoint& checkpoint, WeightReader reader, const ResNetOptions& options)
      : checkpoint_(checkpoint),
        traits_(checkpoint.traits),
        options_(options),
        net_(checkpoint, std::move(reader), image_of(checkpoint, options),
             checkpoint.traits.batchnorm_epsilon.value_or(kTorchEpsilon)),
        stem_kernel_(stem_weights(checkpoint).dim(2)),
        stride_in_first_(
            options.stride_in_first_conv.value_or(checkpoint.traits.stride_in_first_conv.value_or(false))) {}

  Graph build() {
    const std::vector<int> stages = blocks_per_stage(checkpoint_.weights);
    int x = stem();
    int block_number = 0;
    for (std::size_t s = 0; s < stages.size(); ++s) {
      for (int b = 0; b < stages[s]; ++b) {
        x = block(fmt::format("layer{}.{}", s + 1, b), x, stride_of(block_number++, s, b));
      }
    }
    options_.no_head ? features(x) : head(x);
    assume();
    Graph graph = net_.finish(architecture(stages));
    check_stride_option();
    return graph;
  }

 private:
  void check_stride_option() const {
    if (!options_.stride_in_first_conv) return;
    if (!bottleneck_) {
      throw Error(
          fmt::format("{}: where the stride of a bottleneck block is was given (--stride-in), but there are "
                      "no such blocks",
                      checkpoint_.path));
    }
    if (traits_.stride_in_first_conv.value_or(stride_in_first_) == stride_in_first_) return;
    throw Error(
        fmt::format("{}: the file says that a block's stride is in its {} convolution, another one was "
                    "given (--stride-in)",
                    checkpoint_.path, kernel_with_stride(*traits_.stride_in_first_conv)));
  }

  static const char* kernel_with_stride(bool first) { return first ? "first 1x1" : "3x3"; }

  /// Sentences on what was neither in the file nor given.
  void assume() {
    const auto add = [this](std::string sentence) { net_.assume(std::move(sentence)); };
    const MapShape& input = net_.shape_of(net_.input());
    if (!options_.input_size && !traits_.input_size) {
      add(fmt::format("the input is {}x{} pixels, as usual under a {}x{} stem", input.height, input.width,
                      stem_kernel_, stem_kernel_));
    }
    if (!traits_.stem_stride || !traits_.stem_pool) {
      add(stem_kernel_ == kImageNetStem ? "the stem has stride 2 and a 3x3 max pool of stride 2 behind it"
                                        : "the stem has stride 1 and no pool behind it");
    }
    if (traits_.block_strides.empty() && !strided_.empty()) {
      add(fmt::format("the stride is 2 in the first block of each stage but the first ({})", strided_));
    }
    if (bottleneck_ && !strided_.empty() && !options_.stride_in_first_conv && !traits_.stride_in_first_conv) {
      add("a block's stride is in its 3x3 convolution, as torchvision has it; --stride-in 1x1 is Caffe's "
          "way");
    }
    if (!traits_.batchnorm_epsilon && net_.normalised()) {
      add(fmt::format("BatchNorm's epsilon is {}, PyTorch's default", kTorchEpsilon));
    }
  }

  [[nodiscard]] int stride_of(int block_number, std::size_t stage, int block) const {
    const auto& strides = traits_.block_strides;
    if (!strides.empty()) {
      const auto i = static_cast<std::size_t>(block_number);
      if (i < strides.size()) return strides[i];
    }
    return stage > 0 && block == 0 ? 2 : 1;
  }

  int relu(const std::string& name, int from) { return net_.add(name, ActivationOp{}, {from}); }

  int stem() {
    const bool imagenet = stem_kernel_ == kImageNetStem;
    const int stride = traits_.stem_stride.value_or(imagenet ? 2 : 1);
    const int x = relu("relu", convolution("conv1", "bn1", net_.input(), stride));
    if (!traits_.stem_pool.value_or(imagenet)) return x;
    const Geometry window = window_over(net_.shape_of(x), 3, {.stride = 2, .border = border()});
    return net_.add("maxpool", MaxPoolOp{window}, {x});
  }

  [[nodiscard]] Border border() const {
    return traits_.padding == Padding::same ? Border::same : Border::half;
  }

  /// `name` is the module path of the convolution, `bn` that of its BatchNorm (which may be absent).
  int convolution(const std::string& name, const std::string& bn, int from, int stride,
                  bool may_have_groups = false) {
    return net_.convolution(name, bn, from,
                            {.stride = stride, .border = border(), .may_have_groups = may_have_groups});
  }

  int block(const std::string& name, int from, int stride) {
    const bool bottleneck = net_.has(name + ".conv3");
    bottleneck_ = bottleneck_ || bottleneck;
    if (stride != 1) strided_ += (strided_.empty() ? "" : ", ") + name;
    const bool first_takes_stride = !bottleneck || stride_in_first_;
    int x = convolution(name + ".conv1", name + ".bn1", from, first_takes_stride ? stride : 1);
    x = relu(name + ".conv1.relu", x);
    if (bottleneck) {
      // Those of a ResNeXt have groups.
      x = convolution(name + ".conv2", name + ".bn2", x, first_takes_stride ? 1 : stride, true);
      grouped_ = grouped_ || net_.groups_of(x) != 1;
      x = relu(name + ".conv2.relu", x);
    }
    const std::string end = bottleneck ? "3" : "2";
    const int residual = shortcut(name, from, stride, name + ".conv" + end + ".weight");
    const int y = convolution(name + ".conv" + end, name + ".bn" + end, x, 1);
    return relu(name, net_.add(name + ".add", AddOp{}, {y, residual}));
  }

  int shortcut(const std::string& name, int from, int stride, const std::string& last_weight) {
    const std::string projection = name + ".downsample.0";
    if (net_.has(projection)) return convolution(projection, name + ".downsample.1", from, stride);
    const Tensor* weights = checkpoint_.weights.find(last_weight);
    const int64_t in = net_.shape_of(from).channels;
    const int64_t channels = weights == nullptr || weights->rank() == 0 ? in : weights->dim(0);
    if (stride == 1 && channels == in) return from;
    return net_.add(name + ".shortcut",
                    SubsampleOp{stride, channels, std::max<int64_t>(0, channels - in) / 2}, {from});
  }

  int average(int from) { return net_.add("avgpool", GlobalAveragePoolOp{}, {from}); }

  /// All but stem and blocks is left.
  void features(int from) {
    average(from);
    for (const std::string& name : checkpoint_.weights.names()) {
      const bool network = name.starts_with("layer") || name.starts_with("conv") || name.starts_with("bn");
      if (!network) net_.leave(name);
    }
  }

  void check_head(int64_t features) const {
    if (!net_.complete()) return;
    std::vector<std::string> linear;
    for (const auto& [name, entry] : checkpoint_.weights.entries()) {
      if (entry.tensor.rank() == 2) linear.push_back(name);
    }
    if (linear.size() > 1) {
      throw Error(fmt::format("{}: {}; found {}; without them (--no-head) it ends in features",
                              checkpoint_.path, unsupported("a head of several linear layers"),
                              quoted_examples(linear)));
    }
    if (linear.empty()) {
      throw Error(
          fmt::format("{}: expected a classifier 'fc.weight' of shape [classes, {}], found none; without "
                      "one (--no-head) the network ends in features",
                      checkpoint_.path, features));
    }
  }

  void head(int from) {
    check_head(net_.shape_of(from).channels);
    net_.linear_with_any_bias("fc", average(from));
  }

  [[nodiscard]] std::string architecture(const std::vector<int>& stages) const {
    int weighted = 2;
    for (const int blocks : stages) weighted += blocks * (bottleneck_ ? 3 : 2);
    const char* version = !bottleneck_ ? "" : stride_in_first_ ? " v1" : " v1.5";
    return fmt::format("{}{}{}{}", grouped_ ? "ResNeXt" : "ResNet", weighted, version,
                       options_.no_head ? " without head" : "");
  }

  const Checkpoint& checkpoint_;
  const ResNetTraits& traits_;
  const ResNetOptions& options_;
  TorchModules net_;
  int64_t stem_kernel_;
  bool stride_in_first_;
  bool bottleneck_ = false, grouped_ = false;
  std::string strided_;  ///< Names of the blocks of a stride above 1.
};

}  // namespace

Graph build_resnet(const Checkpoint& checkpoint, const ResNetOptions& options) {
  return Builder(checkpoint, {checkpoint, kNetwork}, options).build();
}

Graph build_resnet(Checkpoint&& checkpoint, const ResNetOptions& options) {
  const Checkpoint& emptied = checkpoint;  // Piece by piece, while it is read.
  return Builder(emptied, {std::move(checkpoint), kNetwork}, options).build();
}

}  // namespace dpac
