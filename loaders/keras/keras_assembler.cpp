#include <algorithm>

#include <fmt/format.h>

#include "loaders/keras/keras_layers.h"
#include "loaders/weights/formats.h"
#include "loaders/weights/network_weights.h"

namespace dpac {
namespace {

Tensor filled(const Shape& shape, float value) {
  Tensor tensor(shape);
  std::fill(tensor.values().begin(), tensor.values().end(), value);
  return tensor;
}

}  // namespace

Tensor to_torch_layout(const Tensor& keras) {
  const Shape& s = keras.shape();
  const bool dense = s.size() == 2;
  const int64_t kernel = dense ? 1 : s[0] * s[1], in = dense ? s[0] : s[2], out = dense ? s[1] : s[3];
  Tensor torch(dense ? Shape{out, in} : Shape{out, in, s[0], s[1]});
  const auto from = keras.values();
  const auto to = torch.values();
  for (int64_t k = 0; k < kernel; ++k) {
    for (int64_t i = 0; i < in; ++i) {
      for (int64_t o = 0; o < out; ++o) {
        to[static_cast<std::size_t>((o * in + i) * kernel + k)] =
            from[static_cast<std::size_t>((k * in + i) * out + o)];
      }
    }
  }
  return torch;
}

KerasAssembler::KerasAssembler(const KerasFile& file)
    : checkpoint{.path = file.path, .format = file.format, .weights = {}, .traits = {}} {}

void KerasAssembler::add_convolution(const KerasLayer& conv, const KerasLayer* bn,
                                     const std::string& conv_path, const std::string& bn_path) {
  add_finite(checkpoint, conv_path + ".weight", to_torch_layout(conv.kernel->load()), conv.kernel->origin);
  if (conv.bias) add_finite(checkpoint, conv_path + ".bias", conv.bias->load(), conv.bias->origin);
  if (bn == nullptr) return;
  const Shape& channels = bn->mean->shape;
  const auto given = [&](const std::optional<StoredArray>& array, float otherwise) {
    return array ? array->load() : filled(channels, otherwise);
  };
  const auto origin = [&](const std::optional<StoredArray>& array) {
    return array ? array->origin : bn->mean->origin;
  };
  add_finite(checkpoint, bn_path + ".weight", given(bn->gamma, 1), origin(bn->gamma));
  add_finite(checkpoint, bn_path + ".bias", given(bn->beta, 0), origin(bn->beta));
  add_finite(checkpoint, bn_path + ".running_mean", bn->mean->load(), bn->mean->origin);
  add_finite(checkpoint, bn_path + ".running_var", bn->variance->load(), bn->variance->origin);
}

void KerasAssembler::add_block_convolution(const KerasLayer& conv, const KerasLayer* bn, int stage, int block,
                                           int k) {
  const std::string prefix = fmt::format("layer{}.{}.", stage, block);
  if (k == 0) {
    add_convolution(conv, bn, prefix + "downsample.0", prefix + "downsample.1");
  } else {
    add_convolution(conv, bn, fmt::format("{}conv{}", prefix, k), fmt::format("{}bn{}", prefix, k));
  }
}

void KerasAssembler::add_dense(const KerasLayer& dense) {
  add_finite(checkpoint, "fc.weight", to_torch_layout(dense.kernel->load()), dense.kernel->origin);
  if (dense.bias) add_finite(checkpoint, "fc.bias", dense.bias->load(), dense.bias->origin);
}

}  // namespace dpac
