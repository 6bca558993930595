#include "loaders/topology/graph_builder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/networks/fold_batchnorm.h"
#include "engine/noise/analog.h"
#include "kernels/error.h"

namespace dpac {
namespace {

/// Into the weights of a product.
template <class Product>
void fold(Product& product, const std::vector<float>& scale, const std::vector<float>& offset) {
  const std::vector<float> zeros(scale.size(), 0.0f), ones(scale.size(), 1.0f);
  FoldedConvolution folded = fold_batchnorm({product.weights->shape(), product.weights->values()},
                                            product.bias, {scale, offset, zeros, ones, 0});
  product.weights = share(std::move(folded.weights));
  product.bias = std::move(folded.bias);
}

/// Columns in the order [C, H, W] of what reads [H, W, C].
std::vector<float> channels_first(const std::vector<float>& weights, const MapShape& map) {
  std::vector<float> ordered(weights.size());
  const auto row = static_cast<std::size_t>(map.channels * map.pixels()),
             pixels = static_cast<std::size_t>(map.pixels()),
             channels = static_cast<std::size_t>(map.channels);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t in = i % row;
    ordered[i - in + in % channels * pixels + in / channels] = weights[i];
  }
  return ordered;
}

}  // namespace

void GraphBuilder::add_image(const std::string& input, const MapShape& image) {
  if (image.channels != 1 && image.channels != 3) {
    throw Error(fmt::format("{}: the input '{}' has {} channels, expected 1 or 3 (images)", file_, input,
                            image.channels));
  }
  constexpr int64_t kLargestSide = 65'535;
  if (image.height > kLargestSide || image.width > kLargestSide) {
    throw Error(fmt::format("{}: the input '{}' is an image of {}x{} pixels, expected sides of at most {}",
                            file_, input, image.height, image.width, kLargestSide));
  }
  if (image.height < 1 || image.width < 1) {
    throw Error(fmt::format("{}: the input '{}' leaves the size of the images open; give it (--input-size)",
                            file_, input));
  }
  append("input", InputOp{image}, {});
}

int GraphBuilder::append(const std::string& name, Op op, std::vector<int> inputs) {
  std::vector<Value> read;
  for (const int from : inputs) read.push_back(values_[static_cast<std::size_t>(from)]);
  values_.push_back(std::visit([&](const auto& own) { return output_of(own, read); }, op));
  std::string unique = name;
  while (names_.contains(unique)) unique = fmt::format("{}.{}", name, names_[name]++);
  names_[unique] = 1;
  return graph_.add(unique, std::move(op), std::move(inputs));
}

int GraphBuilder::add_affine(const std::string& name, int from, bool alone, const std::vector<float>& scale,
                             const std::vector<float>& offset) {
  if (alone) {
    Op& op = node(from).op;
    auto* convolution = std::get_if<ConvolutionOp>(&op);
    auto* linear = std::get_if<LinearOp>(&op);
    if (convolution != nullptr) fold(*convolution, scale, offset);
    if (linear != nullptr) fold(*linear, scale, offset);
    if (convolution != nullptr || linear != nullptr) return from;
  }
  return append(name, channel_affine(scale, offset), {from});
}

int GraphBuilder::add_connected(const std::string& name, int from, std::vector<float> weights,
                                std::vector<float> bias, Flattening order) {
  const MapShape map = shape_of(from);
  const auto outputs = static_cast<int64_t>(bias.size());
  if (map.pixels() == 1) {
    return append(name, LinearOp{share(Tensor({outputs, map.channels}, weights)), std::move(bias)}, {from});
  }
  if (order == Flattening::channels_last) weights = channels_first(weights, map);
  const Extent kernel{static_cast<int>(map.height), static_cast<int>(map.width)};
  return append(name,
                ConvolutionOp{{.kernel = kernel},
                              share(Tensor({outputs, map.channels, map.height, map.width}, weights)),
                              std::move(bias)},
                {from});
}

bool GraphBuilder::is_rectified(int n) const {
  const auto* activation = std::get_if<ActivationOp>(&node(n).op);
  return activation != nullptr && (activation->kind == ActivationOp::Kind::relu ||
                                   (activation->kind == ActivationOp::Kind::clip && activation->a >= 0));
}

/// What the node depends on.
void GraphBuilder::keep_only(int last) {
  std::vector<bool> needed(graph_.nodes.size(), false);
  needed[0] = needed[static_cast<std::size_t>(last)] = true;
  for (std::size_t n = graph_.nodes.size(); n-- > 0;) {
    if (!needed[n]) continue;
    for (const int from : graph_.nodes[n].inputs) needed[static_cast<std::size_t>(from)] = true;
  }
  std::vector<int> places;
  std::vector<Node> kept;
  for (std::size_t n = 0; n < needed.size(); ++n) {
    places.push_back(static_cast<int>(kept.size()));
    if (!needed[n]) continue;
    for (int& from : graph_.nodes[n].inputs) from = places[static_cast<std::size_t>(from)];
    kept.push_back(std::move(graph_.nodes[n]));
  }
  graph_.nodes = std::move(kept);
}

Graph GraphBuilder::finish(int last, const std::string& architecture) {
  keep_only(last);
  graph_.architecture = architecture;
  if (const auto violations = check(graph_); !violations.empty()) {
    throw Error(fmt::format("{}: {}", file_, fmt::join(violations, "; ")));
  }
  for (const AnalogLayer& layer : analog_layers(graph_)) graph_.parameters += layer.parameters;
  return std::move(graph_);
}

}  // namespace dpac
