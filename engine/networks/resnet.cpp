#include "engine/networks/resnet.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include <fmt/format.h>

#include "engine/networks/fold_batchnorm.h"
#include "engine/networks/foreign_network.h"
#include "engine/networks/weight_reader.h"
#include "kernels/error.h"

namespace dpac {
namespace {

constexpr const char* kNetwork = "a ResNet";
constexpr int64_t kAny = -1;
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

Geometry window(const MapShape& in, int kernel, int stride, Padding padding) {
  Geometry g{kernel, stride, kernel / 2, kernel / 2, kernel / 2, kernel / 2, 1};
  if (padding == Padding::same) {
    const int rows = same_padding(in.height, kernel, stride);
    const int columns = same_padding(in.width, kernel, stride);
    g = {kernel, stride, rows / 2, columns / 2, rows - rows / 2, columns - columns / 2, 1};
  }
  return g;
}

MapShape windows_of(const MapShape& in, const Geometry& g, int64_t channels) {
  return {channels, (in.height + g.pad_top + g.pad_bottom - g.height()) / g.stride.h + 1,
          (in.width + g.pad_left + g.pad_right - g.width()) / g.stride.w + 1};
}

class Builder {
 public:
  Builder(const Checkpoint& checkpoint, WeightReader reader, const ResNetOptions& options)
      : checkpoint_(checkpoint),
        traits_(checkpoint.traits),
        options_(options),
        reader_(std::move(reader)),
        stride_in_first_(
            options.stride_in_first_conv.value_or(checkpoint.traits.stride_in_first_conv.value_or(false))) {}

  Graph build() {
    const std::vector<int> stages = blocks_per_stage(checkpoint_.weights);
    check_kind(!stages.empty() && checkpoint_.weights.contains("conv1.weight"));
    stem();
    int block_number = 0;
    for (std::size_t s = 0; s < stages.size(); ++s) {
      for (int b = 0; b < stages[s]; ++b) {
        block(fmt::format("layer{}.{}", s + 1, b), stride_of(block_number++, s, b));
      }
    }
    options_.no_head ? features() : head();
    reader_.finish();
    check_stride_option();
    graph_.architecture = architecture(stages);
    graph_.assumed = checkpoint_.assumed;
    assume();
    for (const auto& [name, entry] : checkpoint_.weights.entries()) {
      graph_.parameters += element_count(entry.tensor.shape());
    }
    return std::move(graph_);
  }

 private:
  void check_kind(bool resnet) const {
    std::vector<std::string> names;
    for (const auto& entry : checkpoint_.weights.entries()) names.push_back(entry.first);
    if (const auto foreign = foreign_network(names)) {
      throw Error(fmt::format("{}: {}; found {}", checkpoint_.path, unsupported(foreign->what),
                              quoted_examples(foreign->names)));
    }
    if (resnet) return;
    throw Error(fmt::format(
        "{}: no ResNet in this file: expected weights named like 'conv1.weight' and "
        "'layer1.0.conv1.weight', found {} ({})",
        checkpoint_.path, names.empty() ? "no weights" : quoted_examples(names), checkpoint_.format));
  }

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
    const auto add = [this](std::string sentence) { graph_.assumed.push_back(std::move(sentence)); };
    const MapShape& input = shapes_.front();
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
    if (!traits_.batchnorm_epsilon && normalised_) {
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

  [[nodiscard]] const MapShape& shape_of(int node) const { return shapes_[static_cast<std::size_t>(node)]; }
  [[nodiscard]] int last() const { return graph_.last(); }

  /// `shape` is that of the output.
  int add(const std::string& name, Op op, const MapShape& shape, std::vector<int> inputs) {
    if (shape.channels < 1) {
      throw Error(fmt::format("{}: layer '{}' has weights without elements, so that it has no output",
                              checkpoint_.path, name));
    }
    if (shape.height < 1 || shape.width < 1) {
      const MapShape& input = shapes_.empty() ? shape : shapes_.front();
      throw Error(fmt::format("{}: the input of {}x{} pixels is too small: layer '{}' would have no output",
                              checkpoint_.path, input.height, input.width, name));
    }
    shapes_.push_back(shape);
    return graph_.add(name, std::move(op), std::move(inputs));
  }

  int relu(const std::string& name, int input) {
    return add(name, ActivationOp{ActivationOp::Kind::relu}, shape_of(input), {input});
  }

  void stem() {
    const Tensor& weights = checkpoint_.weights.entries().find("conv1.weight")->second.tensor;
    if (weights.rank() != 4 || (weights.dim(1) != 1 && weights.dim(1) != 3)) {
      throw Error(fmt::format("{}: 'conv1.weight' has shape {}, expected [out, 1 or 3, kernel, kernel]",
                              checkpoint_.path, to_string(weights.shape())));
    }
    stem_kernel_ = weights.dim(2);
    const bool imagenet = stem_kernel_ == kImageNetStem;
    const Shape size =
        options_.input_size.value_or(traits_.input_size.value_or(imagenet ? Shape{224, 224} : Shape{32, 32}));
    const MapShape image{weights.dim(1), size[0], size[1]};
    add("input", InputOp{image}, image, {});
    const int stride = traits_.stem_stride.value_or(imagenet ? 2 : 1);
    relu("relu", convolution("conv1", "bn1", last(), stride));
    if (!traits_.stem_pool.value_or(imagenet)) return;
    const Geometry g = window(shape_of(last()), 3, 2, traits_.padding);
    add("maxpool", MaxPoolOp{g}, windows_of(shape_of(last()), g, shape_of(last()).channels), {last()});
  }

  /// `weight` is the module path of the convolution, `bn` that of its BatchNorm (which may be absent).
  int convolution(const std::string& weight, const std::string& bn, int input, int stride) {
    const MapShape in = shape_of(input);
    const int64_t groups = groups_of(weight + ".weight", in.channels);
    const Tensor* weights = reader_.take(weight + ".weight", {kAny, in.channels / groups, kAny, kAny});
    const int64_t channels = weights != nullptr ? weights->dim(0) : guess_channels(weight, bn);
    const Geometry g = window(in, kernel_of(weight, weights), stride, traits_.padding);
    FoldedConvolution folded = fold(weight, bn, weights, channels);
    return add(weight, ConvolutionOp{g, share(std::move(folded.weights)), std::move(folded.bias), groups},
               windows_of(in, g, channels), {input});
  }

  /// Those of a ResNeXt, whose bottlenecks' 3x3 convolutions have them; elsewhere 1.
  int64_t groups_of(const std::string& name, int64_t channels) {
    const Tensor* weights = checkpoint_.weights.find(name);
    const bool bottleneck = name.ends_with(".conv2.weight") &&
                            checkpoint_.weights.contains(name.substr(0, name.size() - 8) + "3.weight");
    if (weights == nullptr || weights->rank() != 4 || !bottleneck) return 1;
    const int64_t in = weights->dim(1);
    if (in < 1 || in >= channels || channels % in != 0) return 1;
    grouped_ = true;
    return channels / in;
  }

  /// Output channels of a convolution whose weights are missing or mis-shaped, so that the walk goes on and
  /// finds whatever else is wrong.
  [[nodiscard]] int64_t guess_channels(const std::string& weight, const std::string& bn) const {
    for (const std::string& name :
         {weight + ".weight", bn + ".weight", bn + ".running_mean", weight + ".bias"}) {
      const Tensor* found = checkpoint_.weights.find(name);
      if (found != nullptr && found->rank() > 0) return found->dim(0);
    }
    reader_.fail();
  }

  [[nodiscard]] int kernel_of(const std::string& weight, const Tensor* weights) const {
    if (weights == nullptr)
      return 1;  // Whatever the odd kernel, its output has this size; the reader will object.
    if (weights->dim(2) != weights->dim(3) || weights->dim(2) % 2 == 0) {
      throw Error(fmt::format("{}: '{}.weight' has shape {}, expected a square kernel of odd size",
                              checkpoint_.path, weight, to_string(weights->shape())));
    }
    return static_cast<int>(weights->dim(2));
  }

  FoldedConvolution fold(const std::string& weight, const std::string& bn, const Tensor* weights,
                         int64_t channels) {
    const Tensor* bias = reader_.take_if_present(weight + ".bias", {channels});
    const std::span<const float> bias_values = bias == nullptr ? std::span<const float>{} : bias->values();
    if (bias != nullptr && !has_batchnorm(bn)) {
      if (weights == nullptr) return {};
      return {reader_.claim(weight + ".weight"), {bias_values.begin(), bias_values.end()}};
    }
    const Tensor* gamma = reader_.take(bn + ".weight", {channels});
    const Tensor* beta = reader_.take(bn + ".bias", {channels});
    const Tensor* mean = reader_.take(bn + ".running_mean", {channels});
    const Tensor* variance = reader_.take(bn + ".running_var", {channels});
    if (!reader_.complete()) return {};
    check_variance(bn, *variance);
    normalised_ = true;
    return fold_batchnorm(reader_.claim(weight + ".weight"), bias_values,
                          {gamma->values(), beta->values(), mean->values(), variance->values(),
                           traits_.batchnorm_epsilon.value_or(kTorchEpsilon)});
  }

  [[nodiscard]] bool has_batchnorm(const std::string& bn) const {
    return checkpoint_.weights.contains(bn + ".weight") || checkpoint_.weights.contains(bn + ".running_mean");
  }

  void check_variance(const std::string& bn, const Tensor& variance) const {
    for (const float v : variance.values()) {
      if (v < 0) {
        throw Error(
            fmt::format("{}: '{}.running_var' holds the negative variance {}", checkpoint_.path, bn, v));
      }
    }
  }

  void block(const std::string& name, int stride) {
    const int input = last();
    const bool bottleneck = checkpoint_.weights.contains(name + ".conv3.weight");
    bottleneck_ = bottleneck_ || bottleneck;
    if (stride != 1) strided_ += (strided_.empty() ? "" : ", ") + name;
    const bool first_takes_stride = !bottleneck || stride_in_first_;
    int x = convolution(name + ".conv1", name + ".bn1", input, first_takes_stride ? stride : 1);
    x = relu(name + ".conv1.relu", x);
    if (bottleneck) {
      x = convolution(name + ".conv2", name + ".bn2", x, first_takes_stride ? 1 : stride);
      x = relu(name + ".conv2.relu", x);
    }
    const std::string end = bottleneck ? "3" : "2";
    const int residual = shortcut(name, input, stride, name + ".conv" + end + ".weight");
    const int y = convolution(name + ".conv" + end, name + ".bn" + end, x, 1);
    if (reader_.complete() && shape_of(y) != shape_of(residual))
      mismatch(name, shape_of(y), shape_of(residual));
    relu(name, add(name + ".add", AddOp{}, shape_of(y), {y, residual}));
  }

  [[noreturn]] void mismatch(const std::string& name, const MapShape& y, const MapShape& residual) const {
    throw Error(
        fmt::format("{}: block '{}' adds maps of different shapes: {}x{}x{} from its convolutions, {}x{}x{} "
                    "from its shortcut (channels, height, width)",
                    checkpoint_.path, name, y.channels, y.height, y.width, residual.channels, residual.height,
                    residual.width));
  }

  int shortcut(const std::string& name, int input, int stride, const std::string& last_weight) {
    const std::string projection = name + ".downsample.0";
    if (checkpoint_.weights.contains(projection + ".weight")) {
      return convolution(projection, name + ".downsample.1", input, stride);
    }
    const Tensor* weights = checkpoint_.weights.find(last_weight);
    const MapShape in = shape_of(input);
    const int64_t channels = weights == nullptr || weights->rank() == 0 ? in.channels : weights->dim(0);
    if (stride == 1 && channels == in.channels) return input;
    const Geometry every{1, stride, 0, 0, 0, 0};
    const SubsampleOp op{stride, channels, std::max<int64_t>(0, channels - in.channels) / 2};
    return add(name + ".shortcut", op, windows_of(in, every, channels), {input});
  }

  void average() {
    const int64_t features = shape_of(last()).channels;
    add("avgpool", GlobalAveragePoolOp{}, {features, 1, 1}, {last()});
  }

  /// All but stem and blocks is left.
  void features() {
    average();
    for (const auto& entry : checkpoint_.weights.entries()) {
      const std::string& name = entry.first;
      const bool network = name.starts_with("layer") || name.starts_with("conv") || name.starts_with("bn");
      if (!network) reader_.leave(name);
    }
  }

  void check_head() const {
    if (!reader_.complete()) return;
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
                      checkpoint_.path, shape_of(last()).channels));
    }
  }

  void head() {
    check_head();
    average();
    const Tensor* weights = reader_.take("fc.weight", {kAny, shape_of(last()).channels});
    if (weights == nullptr) return;
    const Tensor* bias = reader_.take_if_present("fc.bias", {weights->dim(0)});
    std::vector<float> b(static_cast<std::size_t>(weights->dim(0)), 0.0f);
    if (bias != nullptr) b.assign(bias->values().begin(), bias->values().end());
    add("fc", LinearOp{share(reader_.claim("fc.weight")), std::move(b)}, {weights->dim(0), 1, 1}, {last()});
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
  WeightReader reader_;
  Graph graph_;
  std::vector<MapShape> shapes_;  ///< Of the graph's nodes, as far as they are built.
  bool stride_in_first_;
  bool bottleneck_ = false, normalised_ = false, grouped_ = false;
  int64_t stem_kernel_ = 0;
  std::string strided_;  ///< Names of the blocks of a stride above 1.
};

}  // namespace

Graph build_resnet(const Checkpoint& checkpoint, const ResNetOptions& options) {
  return Builder(checkpoint, {checkpoint, kNetwork}, options).build();
}

Graph build_resnet(Checkpoint&& checkpoint, const ResNetOptions& options) {
  return Builder(checkpoint, {std::move(checkpoint), kNetwork}, options).build();
}

}  // namespace dpac
