// ShuffleNetV2 (Ma et al., arXiv 1807.11164), as torchvision names it.
#include <fmt/format.h>

#include "engine/networks/torchvision/torch_modules.h"
#include "engine/networks/torchvision/torchvision.h"

namespace dpac {
namespace {

constexpr ActivationOp kReLU{};

/// 1x1, depthwise 3x3, 1x1.
int branch(TorchModules& net, const std::string& name, int from, int stride) {
  int x = net.activated(name + ".0", name + ".1", from, {}, kReLU);
  x = net.convolution(name + ".3", name + ".4", x, {stride, 1});
  return net.activated(name + ".5", name + ".6", x, {}, kReLU);
}

/// The first block of a stage.
int strided_unit(TorchModules& net, const std::string& name, int from) {
  const std::string other = name + ".branch1";
  int x = net.convolution(other + ".0", other + ".1", from, {2, 1});
  x = net.activated(other + ".2", other + ".3", x, {}, kReLU);
  return net.add(name + ".concat", ConcatOp{}, {x, branch(net, name + ".branch2", from, 2)});
}

int unit(TorchModules& net, const std::string& name, int from) {
  const int64_t channels = net.shape_of(from).channels;
  const int kept = net.add(name + ".kept", SliceOp{0, channels / 2}, {from});
  const int other = net.add(name + ".other", SliceOp{channels / 2, channels}, {from});
  return net.add(name + ".concat", ConcatOp{}, {kept, branch(net, name + ".branch2", other, 1)});
}

}  // namespace

Graph build_shufflenet_v2(const Checkpoint& checkpoint, const MapShape& image, double epsilon) {
  TorchModules net(checkpoint, "a ShuffleNetV2", image, epsilon);
  int x = net.activated("conv1.0", "conv1.1", net.input(), {2, 1}, kReLU);
  x = net.max_pool("maxpool", x, 3, 2, 1);
  for (const char* stage : {"stage2", "stage3", "stage4"}) {
    for (int i = 0; net.has(fmt::format("{}.{}.branch2.0", stage, i)); ++i) {
      const std::string name = fmt::format("{}.{}", stage, i);
      x = i == 0 ? strided_unit(net, name, x) : unit(net, name, x);
      x = net.add(name, ChannelShuffleOp{2}, {x});
    }
  }
  x = net.activated("conv5.0", "conv5.1", x, {}, kReLU);
  net.linear("fc", net.add("mean", GlobalAveragePoolOp{}, {x}));
  return net.finish("ShuffleNetV2");
}

}  // namespace dpac
