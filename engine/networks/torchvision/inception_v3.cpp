// InceptionV3 (Szegedy et al., arXiv 1512.00567), as torchvision names it.
#include "engine/networks/torchvision/torch_modules.h"
#include "engine/networks/torchvision/torchvision.h"

namespace dpac {
namespace {

constexpr Windows kThree{1, 1}, kStrided{2, 0};
constexpr Windows kRow{1, {0, 3}}, kColumn{1, {3, 0}};  // Of 7 pixels.
constexpr Windows kShortRow{1, {0, 1}}, kShortColumn{1, {1, 0}};

/// A mixed block: its modules are named within it.
class Mixed {
 public:
  Mixed(TorchModules& net, std::string name, int from) : net_(net), name_(std::move(name)), from_(from) {}

  int basic(const std::string& module, int from, const Windows& windows = {}) {
    const std::string name = name_ + "." + module;
    return net_.activated(name + ".conv", name + ".bn", from, windows, ActivationOp{});
  }
  int first(const std::string& module, const Windows& windows = {}) { return basic(module, from_, windows); }

  /// An average over 3x3 pixels, padding counted, and a 1x1 convolution.
  int pooled() {
    const Geometry window{3, 1, 1, 1, 1, 1, 1};
    return basic("branch_pool", net_.add(name_ + ".pool", AveragePoolOp{window, true}, {from_}));
  }
  int largest() { return net_.max_pool(name_ + ".pool", from_, 3, 2); }

  int concat(const std::string& part, std::vector<int> inputs) {
    return net_.add(name_ + part, ConcatOp{}, std::move(inputs));
  }
  int end(std::vector<int> inputs) { return concat("", std::move(inputs)); }

 private:
  TorchModules& net_;
  std::string name_;
  int from_;
};

int block_a(Mixed b) {
  const int one = b.first("branch1x1");
  const int five = b.basic("branch5x5_2", b.first("branch5x5_1"), {1, 2});
  int three = b.basic("branch3x3dbl_2", b.first("branch3x3dbl_1"), kThree);
  three = b.basic("branch3x3dbl_3", three, kThree);
  return b.end({one, five, three, b.pooled()});
}

int block_b(Mixed b) {
  const int three = b.first("branch3x3", kStrided);
  const int twice = b.basic("branch3x3dbl_2", b.first("branch3x3dbl_1"), kThree);
  return b.end({three, b.basic("branch3x3dbl_3", twice, kStrided), b.largest()});
}

int block_c(Mixed b) {
  const int one = b.first("branch1x1");
  int seven = b.basic("branch7x7_2", b.first("branch7x7_1"), kRow);
  seven = b.basic("branch7x7_3", seven, kColumn);
  int twice = b.basic("branch7x7dbl_2", b.first("branch7x7dbl_1"), kColumn);
  twice = b.basic("branch7x7dbl_3", twice, kRow);
  twice = b.basic("branch7x7dbl_4", twice, kColumn);
  twice = b.basic("branch7x7dbl_5", twice, kRow);
  return b.end({one, seven, twice, b.pooled()});
}

int block_d(Mixed b) {
  const int three = b.basic("branch3x3_2", b.first("branch3x3_1"), kStrided);
  int seven = b.basic("branch7x7x3_2", b.first("branch7x7x3_1"), kRow);
  seven = b.basic("branch7x7x3_3", seven, kColumn);
  return b.end({three, b.basic("branch7x7x3_4", seven, kStrided), b.largest()});
}

int block_e(Mixed b) {
  const int one = b.first("branch1x1"), three = b.first("branch3x3_1");
  const int split = b.concat(".branch3x3", {b.basic("branch3x3_2a", three, kShortRow),
                                            b.basic("branch3x3_2b", three, kShortColumn)});
  const int twice = b.basic("branch3x3dbl_2", b.first("branch3x3dbl_1"), kThree);
  const int split_twice = b.concat(".branch3x3dbl", {b.basic("branch3x3dbl_3a", twice, kShortRow),
                                                     b.basic("branch3x3dbl_3b", twice, kShortColumn)});
  return b.end({one, split, split_twice, b.pooled()});
}

}  // namespace

Graph build_inception_v3(const Checkpoint& checkpoint, const MapShape& image, double epsilon) {
  TorchModules net(checkpoint, "an InceptionV3", image, epsilon);
  const auto basic = [&](const std::string& name, int from, const Windows& windows = {}) {
    return net.activated(name + ".conv", name + ".bn", from, windows, ActivationOp{});
  };
  int x = basic("Conv2d_1a_3x3", net.input(), kStrided);
  x = basic("Conv2d_2b_3x3", basic("Conv2d_2a_3x3", x), kThree);
  x = net.max_pool("maxpool1", x, 3, 2);
  x = basic("Conv2d_4a_3x3", basic("Conv2d_3b_1x1", x));
  x = net.max_pool("maxpool2", x, 3, 2);
  for (const char* name : {"Mixed_5b", "Mixed_5c", "Mixed_5d"}) x = block_a({net, name, x});
  x = block_b({net, "Mixed_6a", x});
  for (const char* name : {"Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"}) x = block_c({net, name, x});
  x = block_d({net, "Mixed_7a", x});
  for (const char* name : {"Mixed_7b", "Mixed_7c"}) x = block_e({net, name, x});
  net.linear("fc", net.add("avgpool", GlobalAveragePoolOp{}, {x}));
  return net.finish("InceptionV3");
}

}  // namespace dpac
