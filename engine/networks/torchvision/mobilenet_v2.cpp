// MobileNetV2 (Sandler et al., arXiv 1801.04381), as torchvision names it.
#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/networks/torchvision/torch_modules.h"
#include "engine/networks/torchvision/torchvision.h"

namespace dpac {
namespace {

constexpr ActivationOp kReLU6{ActivationOp::Kind::clip, 0, 6};

/// Numbers of the blocks of stride 2 among the 17 of the paper's table 2; shapes do not say them.
constexpr std::array kStrided = {2, 4, 7, 14};

/// An expansion (but for a factor of 1), a depthwise convolution, a projection, and a sum where shapes allow
/// it.
int inverted_residual(TorchModules& net, const std::string& name, int from, int stride) {
  const bool expands = net.has(name + ".conv.3");
  const std::string conv = name + ".conv.";
  int x = from;
  if (expands) x = net.activated(conv + "0.0", conv + "0.1", x, {}, kReLU6);
  const std::string depthwise = conv + (expands ? "1" : "0");
  x = net.activated(depthwise + ".0", depthwise + ".1", x, {stride, 1}, kReLU6);
  x = net.convolution(conv + (expands ? "2" : "1"), conv + (expands ? "3" : "2"), x, {});
  const bool sum = stride == 1 && net.shape_of(x) == net.shape_of(from);
  return sum ? net.add(name, AddOp{}, {x, from}) : x;
}

}  // namespace

Graph build_mobilenet_v2(const Checkpoint& checkpoint, const MapShape& image, double epsilon) {
  TorchModules net(checkpoint, "a MobileNetV2", image, epsilon);
  int x = net.activated("features.0.0", "features.0.1", net.input(), {2, 1}, kReLU6);
  int block = 1;
  for (; net.has(fmt::format("features.{}.conv.0.0", block)); ++block) {
    const bool strided = std::find(kStrided.begin(), kStrided.end(), block) != kStrided.end();
    x = inverted_residual(net, fmt::format("features.{}", block), x, strided ? 2 : 1);
  }
  const std::string last = fmt::format("features.{}", block);
  x = net.activated(last + ".0", last + ".1", x, {}, kReLU6);
  net.linear("classifier.1", net.add("avgpool", GlobalAveragePoolOp{}, {x}));
  net.assume(fmt::format("the stride is 2 in the stem and in blocks {}", fmt::join(kStrided, ", ")));
  return net.finish("MobileNetV2");
}

}  // namespace dpac
