#include "loaders/keras/keras_arrays.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/keras/keras_layers.h"
#include "loaders/weights/formats.h"

namespace dpac {
namespace {

std::string parent_of(const std::string& path) {
  const std::size_t at = path.find_last_of('/');
  return at == std::string::npos ? "" : path.substr(0, at);
}

/// Whether a path is a name, or ends with it as a component.
bool ends_in(const std::string& path, const std::string& name) {
  return path == name || path.ends_with("/" + name);
}

}  // namespace

KerasArrays::KerasArrays(std::shared_ptr<const Hdf5File> file) : file_(std::move(file)) {
  if (file_->has_group("model_weights")) {
    root_ = "model_weights";
  } else if (file_->has_group("_layer_checkpoint_dependencies")) {
    root_ = "_layer_checkpoint_dependencies";
    numbered_ = true;
  } else if (file_->has_group("layers")) {
    root_ = "layers";
    numbered_ = true;
  } else {
    throw Error(fmt::format("{}: has no group of weights (model_weights or layers)", file_->name()));
  }
  check_keras_backend(*file_, root_);
}

std::vector<StoredArray> KerasArrays::find(const KerasPlace& place) const {
  std::vector<StoredArray> arrays;
  for (const std::string& path : numbered_ ? numbered(place) : named(place)) {
    arrays.push_back({path, path, file_->dataset(path).shape(), false,
                      [file = file_, path] { return read_weight(*file, path); }});
  }
  return arrays;
}

/// A group bears its layer's name since Keras 3.6.
std::vector<std::string> KerasArrays::numbered(const KerasPlace& place) const {
  std::string group = place.group;
  if (root_ != "layers") {
    for (std::size_t at = 0; (at = group.find("layers/", at)) != std::string::npos; at += root_.size()) {
      group.replace(at, 6, root_);
    }
  }
  const std::string vars = group + "/vars";
  if (place.group.empty() || !file_->has_group(vars)) return {};
  if (file_->has_attribute(vars, "name")) {
    const std::string name = file_->string_attribute(vars, "name");
    if (name != place.names.back())
      throw Error(fmt::format("has its weights where the file has those of '{}' ('{}')", name, vars));
  }
  return file_->datasets(vars);
}

/// A model inside the model has all its arrays in one group: "inner/conv1/kernel", or "conv1/kernel:0".
std::vector<std::string> KerasArrays::named(const KerasPlace& place) const {
  const std::string group = root_ + "/" + place.names.front();
  if (!file_->has_group(group)) return {};
  std::map<std::string, std::vector<std::string>> found;  // By the layer's own path.
  for (const std::string& array : keras_list(*file_, group, "weight_names")) {
    const std::string owner = place.names.size() == 1 ? "" : parent_of(array);
    if (place.names.size() == 1 || ends_in(owner, place.names.back())) {
      found[owner].push_back(group + "/" + array);
    }
  }
  if (found.empty()) return {};
  if (found.size() == 1) return found.begin()->second;
  std::string own;
  for (std::size_t i = 1; i < place.names.size(); ++i) own += (own.empty() ? "" : "/") + place.names[i];
  for (const auto& [owner, arrays] : found) {
    if (owner == own || owner == place.names.front() + "/" + own) return arrays;
  }
  throw Error(fmt::format("may have the weights of '{}' or those of '{}': give the layers different names",
                          found.begin()->first, std::next(found.begin())->first));
}

}  // namespace dpac
