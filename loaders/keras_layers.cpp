#include "loaders/keras_layers.h"

#include <algorithm>
#include <cctype>
#include <map>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/formats.h"

namespace dpac {
namespace {

/// What an array of a layer is, by the last part of its name: "kernel:0", "conv1_W:0", "moving_variance".
std::string role_of(const std::string& dataset) {
  const std::size_t slash = dataset.find_last_of('/');
  std::string leaf = dataset.substr(slash == std::string::npos ? 0 : slash + 1);
  leaf = leaf.substr(0, leaf.find(':'));
  if (leaf.ends_with("_W") || leaf.ends_with("kernel")) return "kernel";
  if (leaf.ends_with("_b") || leaf.ends_with("bias")) return "bias";
  if (leaf.ends_with("gamma")) return "gamma";
  if (leaf.ends_with("beta")) return "beta";
  if (leaf.ends_with("mean")) return "mean";
  // Keras 1 called the variance running_std.
  if (leaf.ends_with("variance") || leaf.ends_with("running_std")) return "variance";
  return {};
}

std::optional<WeightStore::Entry>* slot(KerasLayer& layer, const std::string& role) {
  if (role == "kernel") return &layer.kernel;
  if (role == "bias") return &layer.bias;
  if (role == "gamma") return &layer.gamma;
  if (role == "beta") return &layer.beta;
  if (role == "mean") return &layer.mean;
  return role == "variance" ? &layer.variance : nullptr;
}

void set_kind(KerasLayer& layer, const std::string& file) {
  if (layer.mean && layer.variance) {
    layer.kind = KerasLayer::Kind::batchnorm;
  } else if (layer.kernel && layer.kernel->tensor.rank() == 4) {
    layer.kind = KerasLayer::Kind::convolution;
  } else if (layer.kernel && layer.kernel->tensor.rank() == 2) {
    layer.kind = KerasLayer::Kind::dense;
  } else {
    throw Error(fmt::format(
        "{}: layer '{}' is no convolution, BatchNorm or dense layer; only ResNets of these can be "
        "loaded",
        file, layer.name));
  }
}

class Reader {
 public:
  explicit Reader(const Hdf5File& file) : file_(file) { out_.path = file.name(); }

  KerasFile read() {
    if (file_.has_attribute("", "model_config"))
      out_.model_config = file_.string_attribute("", "model_config");
    if (file_.has_group("layers")) return read_keras3("layers");
    if (file_.has_group("_layer_checkpoint_dependencies"))
      return read_keras3("_layer_checkpoint_dependencies");
    return read_legacy(file_.has_group("model_weights") ? "model_weights" : "");
  }

 private:
  /// Attributes longer than HDF5 allows are split into name0, name1, ...
  [[nodiscard]] std::vector<std::string> string_list(const std::string& group,
                                                     const std::string& name) const {
    if (file_.has_attribute(group, name)) return file_.strings_attribute(group, name);
    std::vector<std::string> all;
    for (int i = 0; file_.has_attribute(group, fmt::format("{}{}", name, i)); ++i) {
      const auto part = file_.strings_attribute(group, fmt::format("{}{}", name, i));
      all.insert(all.end(), part.begin(), part.end());
    }
    return all;
  }

  void add(KerasLayer& layer, const std::string& role, const std::string& path) {
    auto* const to = slot(layer, role);
    if (to == nullptr) {
      throw Error(fmt::format(
          "{}: dataset '{}' of layer '{}' is not one of kernel, bias, gamma, beta, mean, variance", out_.path,
          path, layer.name));
    }
    *to = WeightStore::Entry{file_.read_floats(path), path};
  }

  KerasFile read_legacy(const std::string& root) {
    out_.format = root.empty() ? "Keras weights (HDF5)" : "Keras model (HDF5)";
    const std::string prefix = root.empty() ? "" : root + "/";
    for (const std::string& name : string_list(root, "layer_names")) {
      KerasLayer layer;
      layer.name = name;
      const auto weights = string_list(prefix + name, "weight_names");
      for (const std::string& weight : weights) add(layer, role_of(weight), prefix + name + "/" + weight);
      if (!weights.empty()) finish(std::move(layer));
    }
    return std::move(out_);
  }

  /// Groups are named by class and counter: conv2d, conv2d_1, ..., in the order of model.layers within a
  /// class.
  KerasFile read_keras3(const std::string& root) {
    out_.format = "Keras 3 weights (HDF5)";
    struct Group {
      std::string kind, path;
      int number;
    };
    std::vector<Group> groups;
    for (const std::string& name : file_.groups(root)) {
      const std::size_t digits = name.find_last_not_of("0123456789") + 1;
      const bool counted = digits < name.size() && digits > 1 && name[digits - 1] == '_';
      groups.push_back({counted ? name.substr(0, digits - 1) : name, root + "/" + name,
                        counted && name.size() - digits < 9 ? std::stoi(name.substr(digits)) : 0});
    }
    std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) {
      return std::pair(a.kind, a.number) < std::pair(b.kind, b.number);
    });
    for (const Group& group : groups) read_keras3_layer(group.kind, group.path);
    return std::move(out_);
  }

  void read_keras3_layer(const std::string& kind, const std::string& path) {
    const std::string vars = path + "/vars";
    if (!file_.has_group(vars)) return;
    const auto datasets = file_.datasets(vars);
    if (datasets.empty()) return;
    KerasLayer layer;
    layer.name = file_.has_attribute(vars, "name") ? file_.string_attribute(vars, "name")
                                                   : path.substr(path.find_last_of('/') + 1);
    const bool batchnorm = kind == "batch_normalization";
    const std::vector<std::string> full = {"gamma", "beta", "mean", "variance"}, bare = {"mean", "variance"},
                                   linear = {"kernel", "bias"};
    const auto& roles = !batchnorm ? linear : datasets.size() == 2 ? bare : full;
    if (datasets.size() > roles.size() || (batchnorm && datasets.size() == 3)) {
      throw Error(
          fmt::format("{}: layer '{}' has {} arrays, which do not tell their roles; save the full model with "
                      "model.save('model.h5')",
                      out_.path, layer.name, datasets.size()));
    }
    for (std::size_t i = 0; i < datasets.size(); ++i) add(layer, roles[i], datasets[i]);
    finish(std::move(layer));
  }

  void finish(KerasLayer layer) {
    set_kind(layer, out_.path);
    out_.layers.push_back(std::move(layer));
  }

  const Hdf5File& file_;
  KerasFile out_;
};

/// [kh, kw, in, out] -> [out, in, kh, kw], and [in, out] -> [out, in].
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

Tensor copy_of(const Tensor& tensor) {
  return {tensor.shape(), tensor.values()};
}

Tensor filled(const Shape& shape, float value) {
  Tensor tensor(shape);
  std::fill(tensor.values().begin(), tensor.values().end(), value);
  return tensor;
}

}  // namespace

bool is_keras(const Hdf5File& file) {
  return file.has_group("model_weights") || file.has_group("layers") ||
         file.has_group("_layer_checkpoint_dependencies") || file.has_attribute("", "layer_names") ||
         file.has_attribute("", "layer_names0");
}

KerasFile read_keras_layers(const Hdf5File& file) {
  return Reader(file).read();
}

KerasAssembler::KerasAssembler(const KerasFile& file)
    : checkpoint{.path = file.path, .format = file.format, .weights = {}, .traits = {}} {}

void KerasAssembler::add_convolution(const KerasLayer& conv, const KerasLayer* bn,
                                     const std::string& conv_path, const std::string& bn_path) {
  add_finite(checkpoint, conv_path + ".weight", to_torch_layout(conv.kernel->tensor), conv.kernel->origin);
  if (conv.bias) add_finite(checkpoint, conv_path + ".bias", copy_of(conv.bias->tensor), conv.bias->origin);
  if (bn == nullptr) return;
  const Shape& channels = bn->mean->tensor.shape();
  const auto given = [&](const std::optional<WeightStore::Entry>& entry, float otherwise) {
    return entry ? copy_of(entry->tensor) : filled(channels, otherwise);
  };
  const auto origin = [&](const std::optional<WeightStore::Entry>& entry) {
    return entry ? entry->origin : bn->mean->origin;
  };
  add_finite(checkpoint, bn_path + ".weight", given(bn->gamma, 1), origin(bn->gamma));
  add_finite(checkpoint, bn_path + ".bias", given(bn->beta, 0), origin(bn->beta));
  add_finite(checkpoint, bn_path + ".running_mean", copy_of(bn->mean->tensor), bn->mean->origin);
  add_finite(checkpoint, bn_path + ".running_var", copy_of(bn->variance->tensor), bn->variance->origin);
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
  add_finite(checkpoint, "fc.weight", to_torch_layout(dense.kernel->tensor), dense.kernel->origin);
  if (dense.bias) add_finite(checkpoint, "fc.bias", copy_of(dense.bias->tensor), dense.bias->origin);
}

}  // namespace dpac
