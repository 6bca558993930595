#include "tests/support/networks.h"

#include <cmath>

#include <fmt/format.h>

#include "tests/support/random_values.h"

namespace dpac::test {
namespace {

class Maker {
 public:
  explicit Maker(const RandomResNet& shape) : shape_(shape) { checkpoint_.path = "random.h5"; }

  Checkpoint make() {
    convolution("conv1", "bn1", shape_.width, shape_.in_channels, shape_.stem_kernel);
    int channels = shape_.width;
    for (std::size_t s = 0; s < shape_.blocks.size(); ++s) {
      for (int b = 0; b < shape_.blocks[s]; ++b) {
        channels = block(fmt::format("layer{}.{}.", s + 1, b), channels, shape_.width << s);
      }
    }
    add("fc.weight", {shape_.classes, channels}, 1.0f / std::sqrt(static_cast<float>(channels)), 0);
    add("fc.bias", {shape_.classes}, 0.1f, 0);
    return std::move(checkpoint_);
  }

 private:
  int block(const std::string& p, int in, int width) {
    const int out = shape_.bottleneck ? 4 * width : width;
    convolution(p + "conv1", p + "bn1", width, in, shape_.bottleneck ? 1 : 3);
    convolution(p + "conv2", p + "bn2", width, width, 3);
    if (shape_.bottleneck) convolution(p + "conv3", p + "bn3", out, width, 1);
    if (in != out && shape_.projection) convolution(p + "downsample.0", p + "downsample.1", out, in, 1);
    return out;
  }

  void convolution(const std::string& name, const std::string& bn, int out, int in, int kernel) {
    add(name + ".weight", {out, in, kernel, kernel},
        std::sqrt(6.0f / static_cast<float>(in * kernel * kernel)), 0);
    if (shape_.conv_bias) add(name + ".bias", {out}, 0.1f, 0);
    add(bn + ".weight", {out}, 0.2f, 0.8f);
    add(bn + ".bias", {out}, 0.2f, 0);
    add(bn + ".running_mean", {out}, 0.2f, 0);
    add(bn + ".running_var", {out}, 0.3f, 1);
  }

  void add(const std::string& name, Shape shape, float scale, float mean) {
    const auto count = static_cast<std::size_t>(element_count(shape));
    const auto values = random_values(count, seed_++, mean - scale, mean + scale);
    checkpoint_.weights.add(name, Tensor(std::move(shape), values), name);
  }

  RandomResNet shape_;
  Checkpoint checkpoint_;
  uint32_t seed_ = 1;
};

}  // namespace

Checkpoint random_resnet(const RandomResNet& shape) {
  return Maker(shape).make();
}

}  // namespace dpac::test
