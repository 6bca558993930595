// The layer names of Keras's own ResNets: keras-applications ("conv2_block1_1_conv") and the older
// deep-learning-models ("res2a_branch2a"). See docs/formats.md section 1.

#include <cstdio>
#include <map>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/keras_layers.h"

namespace dpac {
namespace {

constexpr double kApplicationsEpsilon = 1.001e-5, kOldEpsilon = 1e-3;

/// Where a convolution or BatchNorm stands; stage 0 is the stem. `k` is 0 for a projection.
struct Place {
  int stage = 0, block = 0, k = 0;
  auto operator<=>(const Place&) const = default;  // NOLINT(modernize-use-nullptr): its own 0.
};

/// Unset for numbers out of any network's range; `stage` as the names count, from 2.
std::optional<Place> block_place(int stage, int block, int k) {
  if (stage < 2 || stage > 99 || block < 0 || block > 9999 || k < 0 || k > 3) return std::nullopt;
  return Place{stage - 1, block, k};
}

std::optional<Place> applications_place(const std::string& name, const char* ending) {
  if (name == std::string("conv1_") + ending) return Place{};
  int stage = 0, block = 0, k = 0;
  char kind[8] = {};
  const int found = std::sscanf(name.c_str(), "conv%4d_block%4d_%4d_%7s", &stage, &block, &k, kind);
  if (found != 4 || kind != std::string(ending)) return std::nullopt;
  return block_place(stage, block - 1, k);
}

std::optional<Place> old_place(const std::string& name, bool batchnorm) {
  if (name == (batchnorm ? "bn_conv1" : "conv1")) return Place{};
  const char* format = batchnorm ? "bn%4d%c_branch%4d%c" : "res%4d%c_branch%4d%c";
  int stage = 0, branch = 0;
  char block = 0, part = 0;
  const int found = std::sscanf(name.c_str(), format, &stage, &block, &branch, &part);
  if (found == 3 && branch == 1) return block_place(stage, block - 'a', 0);
  if (found == 4 && branch == 2) return block_place(stage, block - 'a', part - 'a' + 1);
  return std::nullopt;
}

std::optional<Place> place_of(const KerasLayer& layer, bool& old) {
  const bool batchnorm = layer.kind == KerasLayer::Kind::batchnorm;
  if (const auto place = applications_place(layer.name, batchnorm ? "bn" : "conv")) return place;
  const auto place = old_place(layer.name, batchnorm);
  old = old || place.has_value();
  return place;
}

using Layers = std::map<Place, const KerasLayer*>;

/// A network whose BatchNorms were folded has none; otherwise each convolution has one.
void check_pairs(const KerasFile& file, const Layers& convolutions, const Layers& batchnorms) {
  std::vector<std::string> problems;
  for (const auto& [place, conv] : convolutions) {
    if (batchnorms.empty() || batchnorms.contains(place)) continue;
    problems.push_back(fmt::format("convolution '{}' has no BatchNorm", conv->name));
  }
  for (const auto& [place, bn] : batchnorms) {
    if (!convolutions.contains(place))
      problems.push_back(fmt::format("BatchNorm '{}' has no convolution", bn->name));
  }
  if (!problems.empty()) throw Error(fmt::format("{}: {}", file.path, fmt::join(problems, "; ")));
}

}  // namespace

std::optional<Checkpoint> from_keras_names(const KerasFile& file) {
  Layers convolutions, batchnorms;
  const KerasLayer* dense = nullptr;
  bool old = false;
  for (const KerasLayer& layer : file.layers) {
    if (layer.kind == KerasLayer::Kind::dense) {
      if (dense != nullptr) return std::nullopt;
      dense = &layer;
      continue;
    }
    const auto place = place_of(layer, old);
    if (!place) return std::nullopt;
    auto& known = layer.kind == KerasLayer::Kind::batchnorm ? batchnorms : convolutions;
    if (!known.emplace(*place, &layer).second) return std::nullopt;
  }
  check_pairs(file, convolutions, batchnorms);
  KerasAssembler assembler(file);
  for (const auto& [place, conv] : convolutions) {
    const auto bn = batchnorms.find(place);
    const KerasLayer* norm = bn == batchnorms.end() ? nullptr : bn->second;
    if (place.stage == 0) {
      assembler.add_convolution(*conv, norm, "conv1", "bn1");
    } else {
      assembler.add_block_convolution(*conv, norm, place.stage, place.block, place.k);
    }
  }
  if (dense != nullptr) assembler.add_dense(*dense);
  ResNetTraits& traits = assembler.checkpoint.traits;
  traits.batchnorm_epsilon = old ? kOldEpsilon : kApplicationsEpsilon;
  traits.stride_in_first_conv = true;
  traits.preset = "keras-caffe";
  return std::move(assembler.checkpoint);
}

}  // namespace dpac
