#include "loaders/weights/network_weights.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "engine/networks/foreign_network.h"
#include "engine/networks/torchvision/torchvision.h"
#include "kernels/error.h"
#include "loaders/bert_names.h"
#include "loaders/checked_size.h"
#include "loaders/stored_bytes.h"
#include "loaders/weights/bert_weights.h"
#include "loaders/weights/left_out_kinds.h"
#include "loaders/weights/resnet_names.h"
#include "loaders/weights/shape_check.h"
#include "loaders/weights/wrappers.h"

namespace dpac {
namespace {

/// Of Hugging Face's ResNetEmbeddings: the stride and the pool do not depend on the kernel.
constexpr int kHuggingFaceStemStride = 2;

std::vector<std::string> names_of(const std::vector<StoredArray>& arrays) {
  std::vector<std::string> names;
  for (const StoredArray& array : arrays) names.push_back(array.name);
  return names;
}

std::vector<std::string> plain_names(const std::vector<StoredArray>& arrays) {
  std::vector<std::string> names;
  for (const StoredArray& array : arrays) names.push_back(plain_name(array.name));
  return names;
}

/// The preset follows the stem.
ResNetTraits torch_traits(const WeightStore& weights) {
  constexpr int64_t kImageNetStem = 7;
  ResNetTraits traits;
  const Tensor* stem = weights.find("conv1.weight");
  const bool imagenet = stem == nullptr || stem->rank() != 4 || stem->dim(2) == kImageNetStem;
  traits.preset = imagenet ? "torchvision" : "cifar";
  return traits;
}

void add_resnet(Checkpoint& checkpoint, const std::vector<StoredArray>& arrays, const ResNetNames& torch_name,
                int64_t stored_bytes) {
  std::vector<NamedArray> chosen;
  LeftOut counters{.what = kCounters}, strangers{.what = kStrangers};
  WrapperNotes wrappers;
  for (const StoredArray& array : arrays) {
    const auto name = torch_name(array.name);
    const bool weight = name && (!array.integer || name->ends_with("weight") || name->ends_with("bias"));
    if (weight) {
      chosen.push_back({*name, &array});
      wrappers.add(array.name, torch_name.prefix());
    } else {
      (is_counter(array.name) || array.integer ? counters : strangers).add(array.origin);
    }
  }
  for (const LeftOut& left_out : {wrappers.left_out(), counters, strangers}) record(checkpoint, left_out);
  const auto& assumed = torch_name.assumed();
  checkpoint.assumed.insert(checkpoint.assumed.end(), assumed.begin(), assumed.end());
  check_resnet_shapes(checkpoint, chosen);
  add_arrays(checkpoint, chosen, stored_bytes);
  checkpoint.traits = torch_traits(checkpoint.weights);
  if (!torch_name.is_hugging_face()) return;
  checkpoint.traits.stem_stride = kHuggingFaceStemStride;
  checkpoint.traits.stem_pool = true;
}

/// Sentences on what a file of torchvision's cannot say.
void assume_preprocessing(Checkpoint& checkpoint, const TorchFamily& family) {
  if (family.training.empty()) return;
  checkpoint.assumed.push_back(fmt::format(
      "images are normalised as torchvision does; its own pre-trained {} also has transform_input, which "
      "is --mean 0.5 --std 0.5",
      family.name));
}

void add_torch_network(Checkpoint& checkpoint, const std::vector<StoredArray>& arrays,
                       const TorchPlace& place, int64_t stored_bytes) {
  std::vector<NamedArray> chosen;
  LeftOut counters{.what = kCounters}, auxiliary{.what = kAuxiliary}, strangers{.what = kStrangers};
  WrapperNotes wrappers;
  for (const StoredArray& array : arrays) {
    const std::string name = plain_name(array.name);
    const std::string own = name.starts_with(place.prefix) ? name.substr(place.prefix.size()) : "";
    const auto begins = [&](std::string_view part) { return own.starts_with(part); };
    const auto& training = place.family->training;
    if (is_counter(array.name)) {
      counters.add(array.origin);
    } else if (own.empty()) {
      strangers.add(array.origin);
    } else if (std::any_of(training.begin(), training.end(), begins)) {
      auxiliary.add(array.origin);
    } else {
      chosen.push_back({own, &array});
      wrappers.add(array.name, place.prefix);
    }
  }
  for (const LeftOut& left_out : {wrappers.left_out(), counters, auxiliary, strangers})
    record(checkpoint, left_out);
  check_torch_shapes(checkpoint, chosen, *place.family);
  add_arrays(checkpoint, chosen, stored_bytes);
  checkpoint.traits.preset = "torchvision";
  assume_preprocessing(checkpoint, *place.family);
}

/// Of no network that is known: the builder will say so.
void add_unknown(Checkpoint& checkpoint, const std::vector<StoredArray>& arrays, int64_t stored_bytes) {
  std::vector<NamedArray> chosen;
  std::vector<std::string> names;
  LeftOut counters{.what = kCounters};
  for (const StoredArray& array : arrays) {
    names.push_back(plain_name(array.name));
    if (is_counter(array.name)) {
      counters.add(array.origin);
    } else {
      chosen.push_back({names.back(), &array});
    }
  }
  if (const auto foreign = foreign_network(names)) {
    throw Error(fmt::format("{}: {}; found {}", checkpoint.path, unsupported(foreign->what),
                            quoted_examples(foreign->names)));
  }
  record(checkpoint, counters);
  add_arrays(checkpoint, chosen, stored_bytes);
}

}  // namespace

void expect_finite(const Tensor& tensor, const std::string& file, const std::string& origin) {
  const auto values = tensor.values();
  const auto bad = [](float v) { return !std::isfinite(v); };
  const auto first = std::find_if(values.begin(), values.end(), bad);
  if (first == values.end()) return;
  throw Error(
      fmt::format("{}: dataset '{}' holds {} values that are NaN or infinite, the first at position {}", file,
                  origin, std::count_if(first, values.end(), bad), first - values.begin()));
}

void add_finite(Checkpoint& checkpoint, std::string name, Tensor tensor, std::string origin) {
  expect_finite(tensor, checkpoint.path, origin);
  if (const auto taken = checkpoint.weights.entries().find(name);
      taken != checkpoint.weights.entries().end()) {
    throw Error(
        fmt::format("{}: dataset '{}' and dataset '{}' both stand for the weight '{}'; remove one of them",
                    checkpoint.path, taken->second.origin, origin, name));
  }
  checkpoint.weights.add(std::move(name), std::move(tensor), std::move(origin));
}

MemoryNeed::MemoryNeed(std::string file, int64_t stored_bytes)
    : file_(std::move(file)), stored_(stored_bytes), most_(most_unpacked_bytes(stored_bytes)) {}

void MemoryNeed::add(const Shape& shape, const std::string& origin) {
  const int64_t bytes = checked_bytes(shape, sizeof(float)).value_or(INT64_MAX);
  if (!__builtin_add_overflow(needed_, bytes, &needed_) && needed_ <= most_) return;
  throw Error(fmt::format(
      "{}: the weights need far more memory than a file of {} stored bytes can mean: over {} MiB, "
      "with dataset '{}' of shape {}; it is damaged or hostile: download or save it anew",
      file_, stored_, most_ >> 20, origin, to_string(shape)));
}

void record(Checkpoint& checkpoint, const LeftOut& left_out) {
  if (left_out.count > 0) checkpoint.left_out.push_back(left_out);
}

void add_network(Checkpoint& checkpoint, ArrayFile file, int64_t stored_bytes) {
  checkpoint.format = file.format;
  checkpoint.left_out = std::move(file.left_out);
  if (has_word_embeddings(names_of(file.arrays))) return add_bert(checkpoint, file, stored_bytes);
  if (file.tensorflow) {
    throw Error(fmt::format("{}: the tensors were saved from 'tf', expected 'pt' (PyTorch names and layouts)",
                            checkpoint.path));
  }
  if (const auto names = ResNetNames::find(checkpoint.path, file.arrays)) {
    return add_resnet(checkpoint, file.arrays, *names, stored_bytes);
  }
  if (const auto place = find_torch_network(plain_names(file.arrays))) {
    return add_torch_network(checkpoint, file.arrays, *place, stored_bytes);
  }
  if (!file.unreadable.empty()) throw Error(fmt::format("{}: {}", checkpoint.path, file.unreadable));
  add_unknown(checkpoint, file.arrays, stored_bytes);
}

void add_arrays(Checkpoint& checkpoint, const std::vector<NamedArray>& chosen, int64_t stored_bytes) {
  MemoryNeed need(checkpoint.path, stored_bytes);
  for (const NamedArray& each : chosen) need.add(each.array->shape, each.array->origin);
  for (const NamedArray& each : chosen) {
    add_finite(checkpoint, each.name, each.array->load(), each.array->origin);
  }
}

}  // namespace dpac
