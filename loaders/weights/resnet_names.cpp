#include "loaders/weights/resnet_names.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include <fmt/format.h>

#include "loaders/weights/wrappers.h"

namespace dpac {
namespace {

/// Names that every ResNet has; two, so that one may be missing.
constexpr std::array<std::string_view, 2> kTorchAnchors = {"layer1.0.conv1.weight", "layer1.0.conv2.weight"};
constexpr std::array<std::string_view, 2> kHuggingFaceAnchors = {
    "encoder.stages.0.layers.0.layer.0.convolution.weight",
    "encoder.stages.0.layers.0.layer.1.convolution.weight"};

constexpr std::array<std::string_view, 6> kHeads = {"fc",   "linear", "classifier",
                                                    "head", "heads",  "last_linear"};

/// All that stands in front of one of the anchors.
std::set<std::string> places(const std::map<std::string, Shape>& shapes,
                             const std::array<std::string_view, 2>& anchors) {
  std::set<std::string> prefixes;
  for (const auto& entry : shapes) {
    const std::string& name = entry.first;
    for (const std::string_view anchor : anchors) {
      if (!name.ends_with(anchor)) continue;
      const std::string prefix = name.substr(0, name.size() - anchor.size());
      if (prefix.empty() || prefix.ends_with('.')) prefixes.insert(prefix);
    }
  }
  return prefixes;
}

/// "a.b." -> "a."; "a." -> "".
std::string parent(const std::string& prefix) {
  const std::size_t dot = prefix.size() < 2 ? std::string::npos : prefix.find_last_of('.', prefix.size() - 2);
  return dot == std::string::npos ? "" : prefix.substr(0, dot + 1);
}

std::string first_component(const std::string& name) {
  return name.substr(0, name.find('.'));
}

bool is_stage(const std::string& component) {
  constexpr std::string_view kLayer = "layer";
  return component.starts_with(kLayer) && component.size() > kLayer.size() &&
         component.find_first_not_of("0123456789", kLayer.size()) == std::string::npos;
}

bool is_own(const std::string& name) {
  const std::string first = first_component(name);
  return first == "conv1" || first == "bn1" || is_stage(first);
}

/// One more than the number that a component is; 0 for another one.
int one_more(const std::string& component) {
  int number = 0;
  const char* const end = component.data() + component.size();
  const auto [stopped, failure] = std::from_chars(component.data(), end, number);
  return failure == std::errc() && stopped == end && number >= 0 && number < 10'000 ? number + 1 : 0;
}

/// Hugging Face's module "convolution" or "normalization" and a leaf, as `conv` or `bn` and the leaf; else
/// "".
std::string module_name(const std::string& kind, const std::string& leaf, const std::string& conv,
                        const std::string& bn) {
  if (kind == "convolution") return conv + "." + leaf;
  return kind == "normalization" ? bn + "." + leaf : "";
}

/// encoder.stages.S.layers.L.layer.K.KIND.LEAF and encoder.stages.S.layers.L.shortcut.KIND.LEAF.
std::string hugging_face_block(const std::vector<std::string>& parts) {
  const bool block =
      parts.size() >= 8 && parts[0] == "encoder" && parts[1] == "stages" && parts[3] == "layers";
  const int stage = block ? one_more(parts[2]) : 0, layer = block ? one_more(parts[4]) : 0;
  if (stage == 0 || layer == 0) return {};
  std::string name;
  if (parts.size() == 9 && parts[5] == "layer" && one_more(parts[6]) > 0) {
    const std::string k = std::to_string(one_more(parts[6]));
    name = module_name(parts[7], parts[8], "conv" + k, "bn" + k);
  } else if (parts.size() == 8 && parts[5] == "shortcut") {
    name = module_name(parts[6], parts[7], "downsample.0", "downsample.1");
  }
  return name.empty() ? name : fmt::format("layer{}.{}.{}", stage, layer - 1, name);
}

/// torchvision's name of Hugging Face's, or the name itself.
std::string from_hugging_face(const std::string& name) {
  const std::vector<std::string> parts = components(name);
  std::string found = hugging_face_block(parts);
  if (parts.size() == 4 && parts[0] == "embedder" && parts[1] == "embedder") {
    found = module_name(parts[2], parts[3], "conv1", "bn1");
  }
  return found.empty() ? name : found;
}

/// The CIFAR repositories' name of a projection.
std::string from_cifar_repository(std::string name) {
  constexpr std::string_view kShortcut = ".shortcut.";
  const std::size_t at = is_stage(first_component(name)) ? name.find(kShortcut) : std::string::npos;
  return at == std::string::npos ? name : name.replace(at, kShortcut.size(), ".downsample.");
}

}  // namespace

ResNetNames::ResNetNames(const std::vector<StoredArray>& arrays) {
  for (const StoredArray& array : arrays) shapes_.emplace(plain_name(array.name), array.shape);
}

std::optional<ResNetNames> ResNetNames::find(const std::string& file,
                                             const std::vector<StoredArray>& arrays) {
  ResNetNames names(arrays);
  if (!names.find_place(file)) return std::nullopt;
  names.find_head();
  return names;
}

bool ResNetNames::find_place(const std::string& file) {
  std::set<std::string> found = places(shapes_, kTorchAnchors);
  hugging_face_ = found.empty();
  if (hugging_face_) found = places(shapes_, kHuggingFaceAnchors);
  if (found.empty()) return false;
  prefix_ = choose_prefix(file, found, assumed_);
  std::copy_if(found.begin(), found.end(), std::inserter(others_, others_.end()),
               [&](const std::string& other) { return !prefix_.starts_with(other); });
  return true;
}

/// The only matrix under the usual names of classifiers, beside the network or beside what holds it. Where
/// there are several, all keep their names, for the builder to refuse.
void ResNetNames::find_head() {
  std::vector<std::pair<std::string, std::string>> matrices;  // The plain name, and what its level is called.
  for (std::string level = prefix_;; level = parent(level)) {
    for (const auto& [name, shape] : shapes_) {
      const bool taken = head_.contains(name) || (level != prefix_ && name.starts_with(prefix_));
      if (taken || !name.starts_with(level)) continue;
      const std::string head = first_component(name.substr(level.size()));
      if (std::find(kHeads.begin(), kHeads.end(), head) == kHeads.end()) continue;
      head_[name] = name.substr(level.size());
      if (shape.size() == 2 && name.ends_with("weight")) matrices.emplace_back(name, level + head + ".");
    }
    if (level.empty()) break;
  }
  if (matrices.size() != 1) return;
  constexpr std::string_view kWeight = "weight";
  const std::string module = matrices[0].first.substr(0, matrices[0].first.size() - kWeight.size());
  // What is called a head elsewhere has no matrix.
  std::erase_if(head_, [&](const auto& entry) { return !entry.first.starts_with(matrices[0].second); });
  for (const char* leaf : {"weight", "bias"}) {
    if (const auto found = head_.find(module + leaf); found != head_.end())
      found->second = std::string("fc.") + leaf;
  }
}

/// Convolutions, BatchNorms and further matrices of a classifier: left out, they would give other results.
bool ResNetNames::could_matter(const std::string& name) const {
  const std::string module = name.substr(0, name.find_last_of('.') + 1);
  const Shape& shape = shapes_.at(name);
  if (shape.size() == 4 || shapes_.contains(module + "running_mean")) return true;
  const std::string first = first_component(name.substr(prefix_.size()));
  return shape.size() == 2 && std::any_of(kHeads.begin(), kHeads.end(),
                                          [&](std::string_view head) { return first.starts_with(head); });
}

std::optional<std::string> ResNetNames::operator()(const std::string& path) const {
  const std::string name = plain_name(path);
  if (const auto head = head_.find(name); head != head_.end()) return head->second;
  const auto in_other = [&](const std::string& other) { return name.starts_with(other); };
  if (!name.starts_with(prefix_) || std::any_of(others_.begin(), others_.end(), in_other))
    return std::nullopt;
  const std::string rest = name.substr(prefix_.size());
  const std::string own = hugging_face_ ? from_hugging_face(rest) : from_cifar_repository(rest);
  if (is_own(own) || could_matter(name)) return own;
  return std::nullopt;
}

}  // namespace dpac
