// GoogLeNet with BatchNorm (Szegedy et al., arXiv 1409.4842), as torchvision names it.
#include "engine/networks/torchvision/torch_modules.h"
#include "engine/networks/torchvision/torchvision.h"

namespace dpac {
namespace {

/// A BasicConv2d.
int basic(TorchModules& net, const std::string& name, int from, const Windows& windows = {}) {
  return net.activated(name + ".conv", name + ".bn", from, windows, ActivationOp{});
}

int inception(TorchModules& net, const std::string& name, int from) {
  const int one = basic(net, name + ".branch1", from);
  const int two = basic(net, name + ".branch2.1", basic(net, name + ".branch2.0", from), {1, 1});
  // The paper's 5x5; torchvision has 3x3 there, a known slip that its weights were trained with.
  const int three = basic(net, name + ".branch3.1", basic(net, name + ".branch3.0", from), {1, 1});
  const int four = basic(net, name + ".branch4.1", net.max_pool(name + ".branch4.0", from, 3, 1, 1, true));
  return net.add(name, ConcatOp{}, {one, two, three, four});
}

}  // namespace

Graph build_googlenet(const Checkpoint& checkpoint, const MapShape& image, double epsilon) {
  TorchModules net(checkpoint, "a GoogLeNet", image, epsilon);
  int x = basic(net, "conv1", net.input(), {2, 3});
  x = net.max_pool("maxpool1", x, 3, 2, 0, true);
  x = basic(net, "conv3", basic(net, "conv2", x), {1, 1});
  x = net.max_pool("maxpool2", x, 3, 2, 0, true);
  x = inception(net, "inception3b", inception(net, "inception3a", x));
  x = net.max_pool("maxpool3", x, 3, 2, 0, true);
  for (const char* name : {"inception4a", "inception4b", "inception4c", "inception4d", "inception4e"}) {
    x = inception(net, name, x);
  }
  x = net.max_pool("maxpool4", x, 2, 2, 0, true);
  x = inception(net, "inception5b", inception(net, "inception5a", x));
  net.linear("fc", net.add("avgpool", GlobalAveragePoolOp{}, {x}));
  return net.finish("GoogLeNet");
}

}  // namespace dpac
