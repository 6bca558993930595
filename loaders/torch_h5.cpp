#include <algorithm>
#include <cmath>
#include <functional>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/bert_names.h"
#include "loaders/bert_weights.h"
#include "loaders/formats.h"
#include "loaders/name_map.h"

namespace dpac {
namespace {

/// Paths of the weights: all datasets, or those of the group that holds a state_dict.
std::vector<std::string> weight_paths(const Hdf5File& file) {
  std::vector<std::string> paths = file.datasets();
  for (const std::string group : {"state_dict/", "model_state_dict/"}) {
    const auto inside = [&](const std::string& path) { return path.starts_with(group); };
    if (std::any_of(paths.begin(), paths.end(), inside)) std::erase_if(paths, std::not_fn(inside));
  }
  std::erase_if(paths, is_ignored_buffer);
  return paths;
}

std::vector<StoredArray> stored_arrays(const Hdf5File& file, const std::vector<std::string>& paths) {
  std::vector<StoredArray> arrays;
  for (const std::string& path : paths) {
    const bool integer = file.dataset(path).kind() == ElementKind::integer;
    arrays.push_back({path, path, integer, [&file, path] { return read_weight(file, path); }});
  }
  return arrays;
}

}  // namespace

Tensor read_weight(const Hdf5File& file, const std::string& path) {
  const Hdf5Dataset dataset = file.dataset(path);
  if (dataset.kind() != ElementKind::floating && dataset.kind() != ElementKind::bfloat16) {
    throw Error(
        fmt::format("{}: dataset '{}' holds no floating-point numbers, expected float16, float32 or float64; "
                    "convert it with .float().numpy(), or leave it out if it is no weight",
                    file.name(), path));
  }
  return dataset.read_floats();
}

void add_finite(Checkpoint& checkpoint, std::string name, Tensor tensor, std::string origin) {
  const auto values = tensor.values();
  const auto bad = [](float v) { return !std::isfinite(v); };
  const auto first = std::find_if(values.begin(), values.end(), bad);
  if (first != values.end()) {
    throw Error(fmt::format(
        "{}: dataset '{}' holds {} values that are NaN or infinite, the first at position {}",
        checkpoint.path, origin, std::count_if(first, values.end(), bad), first - values.begin()));
  }
  if (const auto taken = checkpoint.weights.entries().find(name);
      taken != checkpoint.weights.entries().end()) {
    throw Error(
        fmt::format("{}: dataset '{}' and dataset '{}' both stand for the weight '{}'; remove one of them",
                    checkpoint.path, taken->second.origin, origin, name));
  }
  checkpoint.weights.add(std::move(name), std::move(tensor), std::move(origin));
}

ResNetTraits torch_traits(const WeightStore& weights) {
  constexpr int64_t kImageNetStem = 7;
  ResNetTraits traits;
  const Tensor* stem = weights.find("conv1.weight");
  const bool imagenet = stem == nullptr || stem->rank() != 4 || stem->dim(2) == kImageNetStem;
  traits.preset = imagenet ? "torchvision" : "cifar";
  return traits;
}

Checkpoint read_torch_h5(const Hdf5File& file) {
  Checkpoint checkpoint{
      .path = file.name(), .format = "PyTorch state_dict in HDF5", .weights = {}, .traits = {}};
  const std::vector<std::string> paths = weight_paths(file);
  if (paths.empty()) throw Error(fmt::format("{}: the HDF5 file holds no weights", file.name()));
  if (has_word_embeddings(paths)) {
    add_bert(checkpoint, stored_arrays(file, paths));
    return checkpoint;
  }
  const std::string wrapper = common_wrapper(paths);
  for (const std::string& path : paths) {
    add_finite(checkpoint, torch_name(path, wrapper), read_weight(file, path), path);
  }
  checkpoint.traits = torch_traits(checkpoint.weights);
  return checkpoint;
}

}  // namespace dpac
