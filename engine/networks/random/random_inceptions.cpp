#include "engine/networks/random/random_families.h"

namespace dpac {
namespace {

constexpr int64_t kClasses = 1000;

/// torchvision's BasicConv2d.
void basic(RandomWeights& weights, const std::string& name, int64_t outputs, int64_t inputs, Extent kernel) {
  weights.convolution(name + ".conv", outputs, inputs, kernel);
  weights.batch_norm(name + ".bn", outputs);
}

/// Channels of a GoogLeNet's inception module: of the paper's table 1, whose 5x5 is torchvision's 3x3.
struct Inception {
  const char* name;
  int64_t inputs, one, reduced_three, three, reduced_five, five, pooled;
};

constexpr Inception kGoogLeNet[] = {
    {"inception3a", 192, 64, 96, 128, 16, 32, 32},     {"inception3b", 256, 128, 128, 192, 32, 96, 64},
    {"inception4a", 480, 192, 96, 208, 16, 48, 64},    {"inception4b", 512, 160, 112, 224, 24, 64, 64},
    {"inception4c", 512, 128, 128, 256, 24, 64, 64},   {"inception4d", 512, 112, 144, 288, 32, 64, 64},
    {"inception4e", 528, 256, 160, 320, 32, 128, 128}, {"inception5a", 832, 256, 160, 320, 32, 128, 128},
    {"inception5b", 832, 384, 192, 384, 48, 128, 128},
};

/// A mixed block of InceptionV3.
class Mixed {
 public:
  Mixed(RandomWeights& weights, std::string name, int64_t inputs)
      : weights_(weights), name_(std::move(name)), inputs_(inputs) {}

  void first(const std::string& module, int64_t outputs, Extent kernel = 1) {
    next(module, outputs, inputs_, kernel);
  }
  void next(const std::string& module, int64_t outputs, int64_t inputs, Extent kernel) {
    basic(weights_, name_ + "." + module, outputs, inputs, kernel);
  }

 private:
  RandomWeights& weights_;
  std::string name_;
  int64_t inputs_;
};

constexpr Extent kRow{1, 7}, kColumn{7, 1}, kShortRow{1, 3}, kShortColumn{3, 1};

void block_a(Mixed b, int64_t pooled) {
  b.first("branch1x1", 64);
  b.first("branch5x5_1", 48);
  b.next("branch5x5_2", 64, 48, 5);
  b.first("branch3x3dbl_1", 64);
  b.next("branch3x3dbl_2", 96, 64, 3);
  b.next("branch3x3dbl_3", 96, 96, 3);
  b.first("branch_pool", pooled);
}

void block_b(Mixed b) {
  b.first("branch3x3", 384, 3);
  b.first("branch3x3dbl_1", 64);
  b.next("branch3x3dbl_2", 96, 64, 3);
  b.next("branch3x3dbl_3", 96, 96, 3);
}

void block_c(Mixed b, int64_t width) {
  b.first("branch1x1", 192);
  b.first("branch7x7_1", width);
  b.next("branch7x7_2", width, width, kRow);
  b.next("branch7x7_3", 192, width, kColumn);
  b.first("branch7x7dbl_1", width);
  b.next("branch7x7dbl_2", width, width, kColumn);
  b.next("branch7x7dbl_3", width, width, kRow);
  b.next("branch7x7dbl_4", width, width, kColumn);
  b.next("branch7x7dbl_5", 192, width, kRow);
  b.first("branch_pool", 192);
}

void block_d(Mixed b) {
  b.first("branch3x3_1", 192);
  b.next("branch3x3_2", 320, 192, 3);
  b.first("branch7x7x3_1", 192);
  b.next("branch7x7x3_2", 192, 192, kRow);
  b.next("branch7x7x3_3", 192, 192, kColumn);
  b.next("branch7x7x3_4", 192, 192, 3);
}

void block_e(Mixed b) {
  b.first("branch1x1", 320);
  b.first("branch3x3_1", 384);
  b.next("branch3x3_2a", 384, 384, kShortRow);
  b.next("branch3x3_2b", 384, 384, kShortColumn);
  b.first("branch3x3dbl_1", 448);
  b.next("branch3x3dbl_2", 384, 448, 3);
  b.next("branch3x3dbl_3a", 384, 384, kShortRow);
  b.next("branch3x3dbl_3b", 384, 384, kShortColumn);
  b.first("branch_pool", 192);
}

}  // namespace

void fill(RandomGoogLeNet /*network*/, RandomWeights& weights) {
  basic(weights, "conv1", 64, 3, 7);
  basic(weights, "conv2", 64, 64, 1);
  basic(weights, "conv3", 192, 64, 3);
  for (const Inception& module : kGoogLeNet) {
    const std::string name = module.name;
    basic(weights, name + ".branch1", module.one, module.inputs, 1);
    basic(weights, name + ".branch2.0", module.reduced_three, module.inputs, 1);
    basic(weights, name + ".branch2.1", module.three, module.reduced_three, 3);
    basic(weights, name + ".branch3.0", module.reduced_five, module.inputs, 1);
    basic(weights, name + ".branch3.1", module.five, module.reduced_five, 3);
    basic(weights, name + ".branch4.1", module.pooled, module.inputs, 1);
  }
  weights.linear("fc", kClasses, 1024);
}

void fill(RandomInceptionV3 /*network*/, RandomWeights& weights) {
  basic(weights, "Conv2d_1a_3x3", 32, 3, 3);
  basic(weights, "Conv2d_2a_3x3", 32, 32, 3);
  basic(weights, "Conv2d_2b_3x3", 64, 32, 3);
  basic(weights, "Conv2d_3b_1x1", 80, 64, 1);
  basic(weights, "Conv2d_4a_3x3", 192, 80, 3);
  block_a({weights, "Mixed_5b", 192}, 32);
  block_a({weights, "Mixed_5c", 256}, 64);
  block_a({weights, "Mixed_5d", 288}, 64);
  block_b({weights, "Mixed_6a", 288});
  block_c({weights, "Mixed_6b", 768}, 128);
  block_c({weights, "Mixed_6c", 768}, 160);
  block_c({weights, "Mixed_6d", 768}, 160);
  block_c({weights, "Mixed_6e", 768}, 192);
  block_d({weights, "Mixed_7a", 768});
  block_e({weights, "Mixed_7b", 1280});
  block_e({weights, "Mixed_7c", 2048});
  weights.linear("fc", kClasses, 2048);
}

}  // namespace dpac
