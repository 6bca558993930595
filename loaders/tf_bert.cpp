#include "loaders/tf_bert.h"

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/bert_names.h"
#include "loaders/keras/keras_layers.h"
#include "loaders/weights/formats.h"

namespace dpac {
namespace {

constexpr std::string_view kEncoder = "bert";

/// "kernel" of ".../kernel:0".
std::string leaf_of(const std::string& key) {
  const std::size_t begin = key.find_last_of('/') + 1;
  return key.substr(begin, key.find(':', begin) - begin);
}

std::string torch_leaf(const std::string& leaf) {
  if (leaf == "kernel" || leaf == "embeddings" || leaf == "gamma") return "weight";
  return leaf == "beta" ? "bias" : leaf;
}

/// "mlm___cls" is the module `cls`, and "layer_._3" are two: `layer` and `3`.
std::string torch_module(std::string component) {
  constexpr std::string_view kOwner = "___", kLevel = "_._";
  if (const auto at = component.find(kOwner); at != std::string::npos) component.erase(0, at + kOwner.size());
  if (const auto at = component.find(kLevel); at != std::string::npos) {
    component.erase(at, kLevel.size() - 1);
    component[at] = '.';
  }
  return component;
}

std::string torch_name_of(const std::string& key) {
  std::string name;
  std::size_t begin = 0;
  for (std::size_t end = key.find('/'); end != std::string::npos; end = key.find('/', begin)) {
    name += torch_module(key.substr(begin, end - begin)) + '.';
    begin = end + 1;
  }
  return name + torch_leaf(leaf_of(key));
}

/// transformers 4.0 kept the heads of attention as a dimension of its own.
Shape without_heads(const std::string& name, const Shape& shape, int64_t count) {
  const auto is_in = [&](const char* module) { return name.find(module) != std::string::npos; };
  if (shape.size() == 3 && is_in(".attention.self.")) return {shape[0], count / shape[0]};
  if (shape.size() == 3 && is_in(".attention.output.dense.")) return {count / shape[2], shape[2]};
  if (shape.size() == 2 && is_in(".attention.self.") && name.ends_with(".bias")) return {count};
  return shape;
}

Tensor to_torch(const std::string& file, const StoredArray& array, const std::string& name, bool kernel) {
  Tensor tensor = array.load();
  const auto count = static_cast<int64_t>(tensor.values().size());
  const Shape shape = count == 0 ? Shape{} : without_heads(name, tensor.shape(), count);
  if (count == 0 || (kernel && shape.size() != 2)) {
    throw Error(fmt::format("{}: dataset '{}' has the shape {}, expected {}", file, array.origin,
                            to_string(tensor.shape()), kernel ? "a kernel [in, out]" : "some values"));
  }
  if (shape != tensor.shape()) tensor = Tensor(shape, tensor.values());
  return kernel ? to_torch_layout(tensor) : std::move(tensor);
}

/// Behind the model's own name, which counts the models of one process: "tf_bert_model_2/bert/...".
std::string key_of(const std::string& weight) {
  return weight.substr(weight.find('/') + 1);
}

}  // namespace

StoredArray from_tensorflow(const std::string& file, StoredArray array) {
  std::string name = torch_name_of(array.name), origin = array.origin;
  const bool integer = array.integer, kernel = leaf_of(array.name) == "kernel";
  Shape shape = array.shape;
  auto load = [=, array = std::move(array)] { return to_torch(file, array, name, kernel); };
  return {std::move(name), std::move(origin), std::move(shape), integer, std::move(load)};
}

bool is_tf_bert(const Hdf5File& file) {
  return file.has_group(kEncoder) &&
         has_word_embeddings(keras_list(file, std::string(kEncoder), "weight_names"));
}

ArrayFile read_tf_bert(const Hdf5File& file) {
  ArrayFile found{.format = "Hugging Face TensorFlow weights (HDF5)", .arrays = {}, .tensorflow = true};
  for (const std::string& layer : keras_list(file, "", "layer_names")) {
    // The heads of pre-training hold the word embeddings once more.
    if (torch_module(layer) == "cls") continue;
    for (const std::string& weight : keras_list(file, layer, "weight_names")) {
      const std::string path = fmt::format("{}/{}", layer, weight);
      const auto load = [&file, path] { return read_weight(file, path); };
      found.arrays.push_back(
          from_tensorflow(file.name(), {key_of(weight), path, file.dataset(path).shape(), false, load}));
    }
  }
  return found;
}

}  // namespace dpac
