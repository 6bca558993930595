#include "loaders/keras/keras_layers.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/weights/formats.h"
#include "loaders/weights/network_weights.h"

namespace dpac {
namespace {

std::string leaf_of(const std::string& path) {
  return path.substr(path.find_last_of('/') + 1);
}

std::string parent_of(const std::string& path) {
  return path.substr(0, path.find_last_of('/'));
}

std::set<std::string> parents_of(const std::vector<std::string>& paths) {
  std::set<std::string> parents;
  for (const std::string& path : paths)
    parents.insert(path.find('/') == std::string::npos ? "" : parent_of(path));
  return parents;
}

/// What an array of a layer is, by the last part of its name: "kernel:0", "kernel_1:0", "conv1_W:0",
/// "moving_variance".
std::string role_of(const std::string& dataset) {
  std::string leaf = leaf_of(dataset);
  leaf = leaf.substr(0, leaf.find(':'));
  const std::size_t digits = leaf.find_last_not_of("0123456789") + 1;
  if (digits > 1 && digits < leaf.size() && leaf[digits - 1] == '_') leaf.resize(digits - 1);
  if (leaf.ends_with("_W") || leaf.ends_with("kernel")) return "kernel";
  if (leaf.ends_with("_b") || leaf.ends_with("bias")) return "bias";
  if (leaf.ends_with("gamma")) return "gamma";
  if (leaf.ends_with("beta")) return "beta";
  if (leaf.ends_with("mean")) return "mean";
  if (leaf == "count") return "count";
  // Keras 1 called the variance running_std.
  if (leaf.ends_with("variance") || leaf.ends_with("running_std")) return "variance";
  return {};
}

std::optional<StoredArray>* slot(KerasLayer& layer, const std::string& role) {
  if (role == "kernel") return &layer.kernel;
  if (role == "bias") return &layer.bias;
  if (role == "gamma") return &layer.gamma;
  if (role == "beta") return &layer.beta;
  if (role == "mean") return &layer.mean;
  return role == "variance" ? &layer.variance : nullptr;
}

void set_kind(KerasLayer& layer, const std::string& file) {
  if (layer.mean && layer.variance) {
    layer.kind = layer.counts ? KerasLayer::Kind::normalization : KerasLayer::Kind::batchnorm;
  } else if (layer.kernel && layer.kernel->shape.size() == 4) {
    layer.kind = KerasLayer::Kind::convolution;
  } else if (layer.kernel && layer.kernel->shape.size() == 2) {
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
  Reader(const Hdf5File& file, int64_t stored_bytes) : file_(file), need_(file.name(), stored_bytes) {
    out_.path = file.name();
  }

  KerasFile read() {
    if (file_.has_group("layers")) return read_keras3("layers");
    if (file_.has_group("_layer_checkpoint_dependencies"))
      return read_keras3("_layer_checkpoint_dependencies");
    return read_legacy(file_.has_group("model_weights") ? "model_weights" : "");
  }

 private:
  [[noreturn]] void fail(const std::string& why) const { throw Error(fmt::format("{}: {}", out_.path, why)); }

  void add(KerasLayer& layer, const std::string& role, const std::string& path) {
    if (role == "count") {
      layer.counts = true;
      return;
    }
    auto* const to = slot(layer, role);
    if (to == nullptr) {
      fail(fmt::format("dataset '{}' of layer '{}' is not one of kernel, bias, gamma, beta, mean, variance",
                       path, layer.name));
    }
    if (to->has_value()) {
      fail(fmt::format("layer '{}' has two arrays of the kind '{}': '{}' and '{}'", layer.name, role,
                       (*to)->origin, path));
    }
    const Shape shape = file_.dataset(path).shape();
    need_.add(shape, path);
    *to = StoredArray{path, path, shape, false, [&file = file_, path] { return read_weight(file, path); }};
  }

  KerasFile read_legacy(const std::string& root) {
    out_.format = root.empty() ? "Keras weights (HDF5)" : "Keras model (HDF5)";
    check_keras_backend(file_, root);
    for (const std::string& name : keras_list(file_, root, "layer_names")) {
      read_legacy_layer(name, root.empty() ? name : root + "/" + name);
    }
    return std::move(out_);
  }

  /// A model inside the model has all its layers in one group: "conv1_conv/kernel:0", "conv1_bn/gamma:0", ...
  void read_legacy_layer(const std::string& name, const std::string& group) {
    const std::vector<std::string> weights = keras_list(file_, group, "weight_names");
    const std::set<std::string> parents = parents_of(weights);
    std::vector<KerasLayer> layers;
    for (const std::string& weight : weights) {
      const std::string owner = parents.size() > 1 ? leaf_of(parent_of(weight)) : name;
      auto layer =
          std::find_if(layers.begin(), layers.end(), [&](const KerasLayer& l) { return l.name == owner; });
      if (layer == layers.end()) {
        layer = layers.insert(layer, KerasLayer{});
        layer->name = owner;
      }
      add(*layer, role_of(weight), group + "/" + weight);
    }
    for (KerasLayer& layer : layers) finish(std::move(layer));
  }

  struct Group {
    std::string kind, path;
    int number;
    auto operator<=>(const Group& other) const {
      return std::pair(kind, number) <=> std::pair(other.kind, other.number);
    }
  };

  /// Groups are named by class and counter: conv2d, conv2d_1, ..., in the order of model.layers within a
  /// class.
  [[nodiscard]] std::vector<Group> numbered_groups(const std::string& root) const {
    std::vector<Group> groups;
    for (const std::string& name : file_.groups(root)) {
      const std::size_t digits = name.find_last_not_of("0123456789") + 1;
      const bool counted = digits < name.size() && digits > 1 && name[digits - 1] == '_';
      groups.push_back({counted ? name.substr(0, digits - 1) : name, root + "/" + name,
                        counted && name.size() - digits < 9 ? std::stoi(name.substr(digits)) : 0});
    }
    std::sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a < b; });
    return groups;
  }

  KerasFile read_keras3(const std::string& root) {
    out_.format = "Keras 3 weights (HDF5)";
    read_keras3_model(root, 0);
    return std::move(out_);
  }

  /// A model inside the model has its own group of layers. (A hard link could make it contain itself.)
  void read_keras3_model(const std::string& root, int depth) {
    constexpr int kDeepest = 8;
    if (depth > kDeepest)
      fail(fmt::format("group '/{}' is a model nested deeper than {} levels", root, kDeepest));
    for (const Group& group : numbered_groups(root)) {
      if (file_.has_group(group.path + "/layers")) {
        read_keras3_model(group.path + "/layers", depth + 1);
      } else {
        read_keras3_layer(group.kind, group.path);
      }
    }
  }

  void read_keras3_layer(const std::string& kind, const std::string& path) {
    const std::string vars = path + "/vars";
    if (!file_.has_group(vars)) return;
    const auto datasets = file_.datasets(vars);
    if (datasets.empty()) return;
    out_.named = file_.has_attribute(vars, "name");
    KerasLayer layer;
    layer.name = out_.named ? file_.string_attribute(vars, "name") : leaf_of(path);
    const bool batchnorm = kind == "batch_normalization";
    const std::vector<std::string> full = {"gamma", "beta", "mean", "variance"}, bare = {"mean", "variance"},
                                   linear = {"kernel", "bias"}, statistics = {"mean", "variance", "count"};
    const auto& roles = kind == "normalization" ? statistics
                        : !batchnorm            ? linear
                        : datasets.size() == 2  ? bare
                                                : full;
    if (datasets.size() > roles.size() || (batchnorm && datasets.size() != roles.size())) {
      fail(
          fmt::format("layer '{}' has {} arrays, which do not tell their roles; save the full model with "
                      "model.save('model.h5')",
                      layer.name, datasets.size()));
    }
    for (std::size_t i = 0; i < datasets.size(); ++i) add(layer, roles[i], datasets[i]);
    finish(std::move(layer));
  }

  void finish(KerasLayer layer) {
    set_kind(layer, out_.path);
    out_.layers.push_back(std::move(layer));
  }

  const Hdf5File& file_;
  MemoryNeed need_;
  KerasFile out_;
};

}  // namespace

bool is_keras(const Hdf5File& file) {
  return file.has_group("model_weights") || file.has_group("layers") ||
         file.has_group("_layer_checkpoint_dependencies") || file.has_attribute("", "layer_names") ||
         file.has_attribute("", "layer_names0");
}

void check_keras_backend(const Hdf5File& file, const std::string& group) {
  if (!file.has_attribute(group, "backend") || file.string_attribute(group, "backend") != "theano") return;
  throw Error(
      fmt::format("{}: it was saved under Keras's Theano backend, whose kernels are flipped; load it there, "
                  "convert it with keras.utils.convert_all_kernels_in_model(model), and save it under the "
                  "TensorFlow backend",
                  file.name()));
}

std::vector<std::string> keras_list(const Hdf5File& file, const std::string& group, const std::string& name) {
  if (file.has_attribute(group, name)) return file.strings_attribute(group, name);
  std::vector<std::string> all;
  int parts = 0;
  for (; file.has_attribute(group, fmt::format("{}{}", name, parts)); ++parts) {
    const auto part = file.strings_attribute(group, fmt::format("{}{}", name, parts));
    all.insert(all.end(), part.begin(), part.end());
  }
  if (parts == 0) {
    throw Error(fmt::format("{}: group '/{}' has no attribute '{}', which Keras writes there", file.name(),
                            group, name));
  }
  return all;
}

KerasFile read_keras_layers(const Hdf5File& file, int64_t stored_bytes) {
  KerasFile keras = Reader(file, stored_bytes).read();
  if (keras.layers.empty())
    throw Error(fmt::format("{}: none of the layers in this Keras file has weights", file.name()));
  return keras;
}

}  // namespace dpac
