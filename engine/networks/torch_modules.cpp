#include "engine/networks/torch_modules.h"

#include <fmt/format.h>

#include "engine/networks/fold_batchnorm.h"
#include "kernels/error.h"

namespace dpac {
namespace {

constexpr int64_t kAny = -1;

Geometry geometry_of(const Tensor& weights, const Windows& w) {
  return {.kernel = {static_cast<int>(weights.dim(2)), static_cast<int>(weights.dim(3))},
          .stride = w.stride,
          .pad_top = w.padding.h,
          .pad_left = w.padding.w,
          .pad_bottom = w.padding.h,
          .pad_right = w.padding.w};
}

}  // namespace

TorchModules::TorchModules(const Checkpoint& checkpoint, std::string network, const MapShape& image,
                           double epsilon)
    : checkpoint_(checkpoint), reader_(checkpoint, std::move(network)), epsilon_(epsilon) {
  graph_.assumed = checkpoint.assumed;
  add("input", InputOp{image}, {});
}

bool TorchModules::has(const std::string& module) const {
  return checkpoint_.weights.contains(module + ".weight");
}

const Tensor& TorchModules::take(const std::string& name, const Shape& expected) {
  const Tensor* tensor = reader_.take(name, expected);
  if (tensor == nullptr) reader_.fail();
  return *tensor;
}

int TorchModules::add(const std::string& name, Op op, std::vector<int> inputs) {
  std::vector<Value> read;
  for (const int from : inputs) read.push_back(values_[static_cast<std::size_t>(from)]);
  try {
    values_.push_back(std::visit([&](const auto& own) { return output_of(own, read); }, op));
  } catch (const Error& error) {
    const MapShape& image = values_.front().shape;
    throw Error(fmt::format("{}: an input of {}x{} pixels does not fit the network: '{}' {}",
                            checkpoint_.path, image.height, image.width, name, error.what()));
  }
  return graph_.add(name, std::move(op), std::move(inputs));
}

int TorchModules::convolution(const std::string& convolution, const std::string& batchnorm, int from,
                              const Windows& windows) {
  const int64_t in = shape_of(from).channels;
  const Tensor& weights = take(convolution + ".weight", {kAny, kAny, kAny, kAny});
  const int64_t out = weights.dim(0), own = weights.dim(1);
  if (own < 1 || in % own != 0) take(convolution + ".weight", {kAny, in, kAny, kAny});
  const auto values = [&](const char* leaf) { return take(batchnorm + leaf, {out}).values(); };
  const BatchNorm norm{values(".weight"), values(".bias"), values(".running_mean"), values(".running_var"),
                       epsilon_};
  FoldedConvolution folded = fold_batchnorm(reader_.claim(convolution + ".weight"), {}, norm);
  const Geometry geometry = geometry_of(weights, windows);
  return add(convolution,
             ConvolutionOp{geometry, share(std::move(folded.weights)), std::move(folded.bias), in / own},
             {from});
}

int TorchModules::activated(const std::string& convolution, const std::string& batchnorm, int from,
                            const Windows& windows, const ActivationOp& activation) {
  return add(convolution + ".activation", activation,
             {this->convolution(convolution, batchnorm, from, windows)});
}

int TorchModules::linear(const std::string& name, int from) {
  const Tensor& weights = take(name + ".weight", {kAny, shape_of(from).channels});
  const auto bias = take(name + ".bias", {weights.dim(0)}).values();
  return add(name, LinearOp{share(reader_.claim(name + ".weight")), {bias.begin(), bias.end()}}, {from});
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
