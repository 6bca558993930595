#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/weights/formats.h"
#include "loaders/weights/left_out_kinds.h"

namespace dpac {
namespace {

/// The group that holds a state_dict, with a slash behind it, or "".
std::string weight_group(const std::vector<std::string>& paths) {
  for (std::string group : {"state_dict/", "model_state_dict/"}) {
    const auto inside = [&](const std::string& path) { return path.starts_with(group); };
    if (std::any_of(paths.begin(), paths.end(), inside)) return group;
  }
  return {};
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

ArrayFile read_torch_h5(const Hdf5File& file) {
  ArrayFile found{.format = "PyTorch state_dict in HDF5"};
  const std::vector<std::string> paths = file.datasets();
  const std::string group = weight_group(paths);
  LeftOut beside{.what = kBesideWeights};
  for (const std::string& path : paths) {
    if (!path.starts_with(group)) {
      beside.add(path);
      continue;
    }
    const Hdf5Dataset dataset = file.dataset(path);
    found.arrays.push_back({path, path, dataset.shape(), dataset.kind() == ElementKind::integer,
                            [&file, path] { return read_weight(file, path); }});
  }
  if (found.arrays.empty()) throw Error(fmt::format("{}: the HDF5 file holds no weights", file.name()));
  if (beside.count > 0) found.left_out.push_back(std::move(beside));
  return found;
}

}  // namespace dpac
