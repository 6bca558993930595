#include "engine/networks/torchvision/torch_modules.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

constexpr int64_t kAny = -1;

}  // namespace

Geometry window_over(const MapShape& in, const Extent& kernel, const Windows& w) {
  if (w.border == Border::same) {
    const int rows = same_padding(in.height, kernel.h, w.stride.h);
    const int columns = same_padding(in.width, kernel.w, w.stride.w);
    return {kernel, w.stride, rows / 2, columns / 2, rows - rows / 2, columns - columns / 2};
  }
  const Extent padding = w.border == Border::half ? Extent(kernel.h / 2, kernel.w / 2) : w.padding;
  return {kernel, w.stride, padding.h, padding.w, padding.h, padding.w};
}

TorchModules::TorchModules(const Checkpoint& checkpoint, WeightReader reader, const MapShape& image,
                           double epsilon)
    : checkpoint_(checkpoint), reader_(std::move(reader)), epsilon_(epsilon) {
  graph_.assumed = checkpoint.assumed;
  add("input", InputOp{image}, {});
}

bool TorchModules::has(const std::string& module) const {
  return checkpoint_.weights.contains(module + ".weight");
}

int64_t TorchModules::groups_of(int node) const {
  return std::get<ConvolutionOp>(graph_.nodes[static_cast<std::size_t>(node)].op).groups;
}

int TorchModules::add(const std::string& name, Op op, std::vector<int> inputs) {
  std::vector<Value> read;
  for (const int from : inputs) read.push_back(values_[static_cast<std::size_t>(from)]);
  try {
    values_.push_back(std::visit([&](const auto& own) { return output_of(own, read); }, op));
  } catch (const Error& error) {
    if (!reader_.complete()) reader_.fail();
    const MapShape& image = values_.front().shape;
    throw Error(fmt::format("{}: an input of {}x{} pixels does not fit the network: '{}' {}",
                            checkpoint_.path, image.height, image.width, name, error.what()));
  }
  return graph_.add(name, std::move(op), std::move(inputs));
}

int TorchModules::stand_in(const std::string& name, Op op, const MapShape& shape, int from) {
  values_.push_back({shape});
  return graph_.add(name, std::move(op), {from});
}

int TorchModules::convolution(const std::string& convolution, const std::string& batchnorm, int from,
                              const Windows& windows) {
  const MapShape in = shape_of(from);
  const Tensor* found = checkpoint_.weights.find(convolution + ".weight");
  const int64_t own = found != nullptr && found->rank() == 4 ? found->dim(1) : 0;
  const bool fits = windows.may_have_groups && own > 0 && in.channels % own == 0;
  const int64_t groups = fits ? in.channels / own : 1;
  const Tensor* weights = reader_.take(convolution + ".weight", {kAny, in.channels / groups, kAny, kAny});
  const int64_t channels = weights != nullptr ? weights->dim(0) : guess_channels(convolution, batchnorm);
  const Geometry geometry = geometry_of(convolution, weights, in, windows);
  FoldedConvolution folded = fold(convolution, batchnorm, weights, channels);
  ConvolutionOp op{geometry, share(std::move(folded.weights)), std::move(folded.bias), groups};
  if (reader_.complete() && !weights->is_outline()) return add(convolution, std::move(op), {from});
  try {
    return stand_in(convolution, std::move(op), windows_over(in, geometry, channels), from);
  } catch (const Error&) {
    if (!reader_.complete()) reader_.fail();  // With what was missing before.
    throw;
  }
}

/// Output channels of a convolution whose weights are missing or mis-shaped.
int64_t TorchModules::guess_channels(const std::string& convolution, const std::string& batchnorm) const {
  for (const std::string& name :
       {convolution + ".weight", batchnorm + ".weight", batchnorm + ".running_mean", convolution + ".bias"}) {
    const Tensor* found = checkpoint_.weights.find(name);
    if (found != nullptr && found->rank() > 0) return found->dim(0);
  }
  reader_.fail();
}

/// Without weights that of one pixel: whatever the odd kernel, half of it as padding leaves this size.
Geometry TorchModules::geometry_of(const std::string& convolution, const Tensor* weights, const MapShape& in,
                                   const Windows& windows) const {
  if (weights == nullptr) return {.kernel = 1, .stride = windows.stride};
  const Extent kernel = {static_cast<int>(weights->dim(2)), static_cast<int>(weights->dim(3))};
  if (windows.border != Border::given && (kernel.h != kernel.w || kernel.h % 2 == 0)) {
    throw Error(fmt::format("{}: '{}.weight' has shape {}, expected a square kernel of odd size",
                            checkpoint_.path, convolution, to_string(weights->shape())));
  }
  return window_over(in, kernel, windows);
}

FoldedConvolution TorchModules::fold(const std::string& convolution, const std::string& batchnorm,
                                     const Tensor* weights, int64_t channels) {
  const Tensor* bias = reader_.take_if_present(convolution + ".bias", {channels});
  const bool has_batchnorm = has(batchnorm) || checkpoint_.weights.contains(batchnorm + ".running_mean");
  if (bias != nullptr && !has_batchnorm) {
    if (weights == nullptr) return {};
    return {reader_.claim(convolution + ".weight"), {bias->values().begin(), bias->values().end()}};
  }
  const auto values = [&](const char* leaf) { return reader_.take(batchnorm + leaf, {channels}); };
  const Tensor *gamma = values(".weight"), *beta = values(".bias"), *mean = values(".running_mean"),
               *variance = values(".running_var");
  if (!reader_.complete() || weights->is_outline()) return {};
  const auto negative = std::find_if(variance->values().begin(), variance->values().end(),
                                     [](float value) { return value < 0; });
  if (negative != variance->values().end()) {
    throw Error(fmt::format("{}: '{}.running_var' holds the negative variance {}", checkpoint_.path,
                            batchnorm, *negative));
  }
  normalised_ = true;
  return fold_batchnorm(reader_.claim(convolution + ".weight"),
                        bias == nullptr ? std::span<const float>{} : bias->values(),
                        {gamma->values(), beta->values(), mean->values(), variance->values(), epsilon_});
}

int TorchModules::activated(const std::string& convolution, const std::string& batchnorm, int from,
                            const Windows& windows, const ActivationOp& activation) {
  return add(convolution + ".activation", activation,
             {this->convolution(convolution, batchnorm, from, windows)});
}

int TorchModules::linear(const std::string& name, int from) {
  const Tensor* weights = reader_.take(name + ".weight", {kAny, shape_of(from).channels});
  const Tensor* bias = weights == nullptr ? nullptr : reader_.take(name + ".bias", {weights->dim(0)});
  return linear(name, from, weights, bias);
}

int TorchModules::linear_with_any_bias(const std::string& name, int from) {
  const Tensor* weights = reader_.take(name + ".weight", {kAny, shape_of(from).channels});
  const Tensor* bias =
      weights == nullptr ? nullptr : reader_.take_if_present(name + ".bias", {weights->dim(0)});
  return linear(name, from, weights, bias);
}

int TorchModules::linear(const std::string& name, int from, const Tensor* weights, const Tensor* bias) {
  if (!reader_.complete()) return stand_in(name, LinearOp{}, {1, 1, 1}, from);
  if (weights->is_outline()) return stand_in(name, LinearOp{}, {weights->dim(0), 1, 1}, from);
  std::vector<float> offsets(static_cast<std::size_t>(weights->dim(0)), 0.0f);
  if (bias != nullptr) offsets.assign(bias->values().begin(), bias->values().end());
  return add(name, LinearOp{share(reader_.claim(name + ".weight")), std::move(offsets)}, {from});
}

int TorchModules::max_pool(const std::string& name, int from, int kernel, int stride, int padding,
                           bool ceil_mode) {
  const MapShape& in = shape_of(from);
  Geometry g{kernel, stride, padding, padding, padding, padding, 1};
  if (ceil_mode) {
    g.pad_bottom += ceil_mode_padding(in.height, kernel, stride, padding, padding);
    g.pad_right += ceil_mode_padding(in.width, kernel, stride, padding, padding);
  }
  return add(name, MaxPoolOp{g}, {from});
}

Graph TorchModules::finish(std::string architecture) {
  reader_.finish();
  graph_.architecture = std::move(architecture);
  for (const auto& entry : checkpoint_.weights.entries()) {
    graph_.parameters += element_count(entry.second.tensor.shape());
  }
  return std::move(graph_);
}

}  // namespace dpac
