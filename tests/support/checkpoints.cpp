#include "tests/support/checkpoints.h"

#include <algorithm>
#include <fstream>
#include <iterator>

#include <fmt/format.h>

#include "tests/support/networks.h"
#include "tests/support/random_values.h"

namespace dpac::test {
namespace {

uint32_t seed_of(const std::string& name) {
  uint32_t seed = 1;
  for (const char c : name) seed = seed * 31 + static_cast<uint32_t>(c);
  return seed;
}

KerasGroup convolution(const std::string& name, const std::string& prefix, const char* kernel,
                       const char* bias, Shape shape) {
  const int64_t out = shape.back();
  return {name, {{prefix + kernel, std::move(shape)}, {prefix + bias, {out}}}};
}

KerasGroup batchnorm(const std::string& name, const std::string& prefix, int64_t channels, bool old) {
  return {name,
          {{prefix + "gamma:0", {channels}},
           {prefix + "beta:0", {channels}},
           {prefix + (old ? "running_mean:0" : "moving_mean:0"), {channels}},
           {prefix + (old ? "running_std:0" : "moving_variance:0"), {channels}}}};
}

}  // namespace

Checkpoint small_resnet() {
  RandomResNet net;
  net.width = 4;
  net.classes = 3;
  return random_resnet(net);
}

std::string same(const std::string& name) {
  return name;
}

void write_weights(Hdf5Writer& writer, const Checkpoint& checkpoint,
                   const std::function<std::string(const std::string&)>& rename) {
  for (const auto& [name, entry] : checkpoint.weights.entries()) {
    writer.write_floats(rename(name), entry.tensor.shape(), entry.tensor.values());
  }
}

void write_state_dict(const std::filesystem::path& path, const Checkpoint& checkpoint,
                      const std::function<std::string(const std::string&)>& rename) {
  Hdf5Writer writer(path);
  write_weights(writer, checkpoint, rename);
  writer.commit();
}

std::string safetensors_of(const Checkpoint& checkpoint,
                           const std::function<std::string(const std::string&)>& rename,
                           const std::string& format) {
  std::string header = fmt::format(R"({{"__metadata__":{{"format":"{}"}})", format), data;
  for (const auto& [name, entry] : checkpoint.weights.entries()) {
    const auto values = entry.tensor.values();
    header += fmt::format(R"(,"{}":{{"dtype":"F32","shape":{},"data_offsets":[{},{}]}})", rename(name),
                          to_string(entry.tensor.shape()), data.size(), data.size() + values.size_bytes());
    data.append(reinterpret_cast<const char*>(values.data()), values.size_bytes());
  }
  header += '}';
  const uint64_t length = header.size();
  const std::string prefix(reinterpret_cast<const char*>(&length), sizeof length);
  return prefix + header + data;
}

std::string first_difference(const WeightStore& a, const WeightStore& b) {
  for (const auto* side : {&a, &b}) {
    for (const auto& [name, entry] : side->entries()) {
      const Tensor *x = a.find(name), *y = b.find(name);
      if (x == nullptr || y == nullptr || x->shape() != y->shape()) return name;
      if (!std::ranges::equal(x->values(), y->values())) return name;
    }
  }
  return "";
}

std::string bytes_of(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

void write_keras(const std::filesystem::path& path, const std::string& root,
                 const std::vector<KerasGroup>& layers) {
  Hdf5Writer writer(path);
  const std::string prefix = root.empty() ? "" : root + "/";
  std::vector<std::string> names;
  for (const KerasGroup& layer : layers) {
    std::vector<std::string> weight_names;
    for (const KerasArray& array : layer.arrays) {
      const auto count = static_cast<std::size_t>(element_count(array.shape));
      writer.write_floats(prefix + layer.name + "/" + array.name, array.shape,
                          random_values(count, seed_of(array.name), 0.1f, 1.0f));
      weight_names.push_back(array.name);
    }
    if (!weight_names.empty()) writer.set_attribute(prefix + layer.name, "weight_names", weight_names);
    names.push_back(layer.name);
  }
  writer.set_attribute(root, "layer_names", names);
  writer.commit();
}

std::vector<KerasGroup> keras_application() {
  std::vector<KerasGroup> layers;
  const auto add = [&](const std::string& name, Shape shape) {
    const int64_t out = shape.back();
    const std::string conv = name + "_conv", bn = name + "_bn";
    layers.push_back(convolution(conv, conv + "/", "kernel:0", "bias:0", std::move(shape)));
    layers.push_back(batchnorm(bn, bn + "/", out, false));
  };
  add("conv1", {7, 7, 3, 4});
  add("conv2_block1_1", {1, 1, 4, 2});
  add("conv2_block1_2", {3, 3, 2, 2});
  add("conv2_block1_0", {1, 1, 4, 8});
  add("conv2_block1_3", {1, 1, 2, 8});
  layers.push_back(convolution("predictions", "predictions/", "kernel:0", "bias:0", {8, 3}));
  return layers;
}

std::vector<KerasGroup> keras_old_names() {
  std::vector<KerasGroup> layers;
  const auto add = [&](const std::string& conv, const std::string& bn, Shape shape) {
    const int64_t out = shape.back();
    layers.push_back(convolution(conv, conv, "_W:0", "_b:0", std::move(shape)));
    layers.push_back(batchnorm(bn, bn + "_", out, true));
  };
  add("conv1", "bn_conv1", {7, 7, 3, 4});
  add("res2a_branch2a", "bn2a_branch2a", {1, 1, 4, 2});
  add("res2a_branch2b", "bn2a_branch2b", {3, 3, 2, 2});
  add("res2a_branch2c", "bn2a_branch2c", {1, 1, 2, 8});
  add("res2a_branch1", "bn2a_branch1", {1, 1, 4, 8});
  layers.push_back(convolution("fc1000", "fc1000", "_W:0", "_b:0", {8, 3}));
  return layers;
}

}  // namespace dpac::test
