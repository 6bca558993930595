// Weights-only Keras files of unknown layer names: the structure follows from the kernels' shapes in order,
// with Keras's defaults for what weights cannot say.

#include <array>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/keras_layers.h"

namespace dpac {
namespace {

constexpr double kKerasEpsilon = 1e-3;

/// The convolutions of a block in file order: 1, 2, 3 and 0 for the projection.
using Pattern = std::vector<int>;

struct Kernel {
  int64_t size, in, out;
};

Kernel kernel_of(const KerasLayer& conv) {
  const Shape& s = conv.kernel->tensor.shape();
  return {s[0], s[2], s[3]};
}

class OrderMatcher {
 public:
  explicit OrderMatcher(const KerasFile& file) : file_(file), assembler_(file) {
    for (const KerasLayer& layer : file.layers) {
      if (layer.kind == KerasLayer::Kind::convolution) convolutions_.push_back(&layer);
      if (layer.kind == KerasLayer::Kind::batchnorm) batchnorms_.push_back(&layer);
      if (layer.kind == KerasLayer::Kind::dense) dense_.push_back(&layer);
    }
  }

  Checkpoint match() {
    if (convolutions_.size() < 3 || dense_.size() != 1) fail("it has no stem, blocks and one dense layer");
    const bool all_normalised = batchnorms_.size() == convolutions_.size();
    if (!all_normalised && !batchnorms_.empty()) fail("not every convolution has a BatchNorm");
    assembler_.add_convolution(*convolutions_[0], batchnorm(0), "conv1", "bn1");
    match_blocks();
    assembler_.add_dense(*dense_.front());
    ResNetTraits& traits = assembler_.checkpoint.traits;
    traits.batchnorm_epsilon = kKerasEpsilon;
    traits.stride_in_first_conv = true;
    traits.padding = Padding::same;
    traits.preset = "plain";
    return std::move(assembler_.checkpoint);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const {
    throw Error(fmt::format(
        "{}: the layers' names do not say which layer is which, and their order does not either: "
        "{}; save the full model with model.save('model.h5'), so that its configuration comes along",
        file_.path, why));
  }

  [[nodiscard]] const KerasLayer* batchnorm(std::size_t i) const {
    return batchnorms_.empty() ? nullptr : batchnorms_[i];
  }

  /// Keras writes a block's projection third (by its depth in the graph), first or last (by creation).
  [[nodiscard]] std::vector<Pattern> patterns() const {
    const bool bottleneck = kernel_of(*convolutions_[1]).size == 1 && kernel_of(*convolutions_[2]).size == 3;
    if (bottleneck) return {{1, 2, 0, 3}, {1, 2, 3, 0}, {0, 1, 2, 3}, {1, 2, 3}};
    return {{1, 0, 2}, {1, 2, 0}, {0, 1, 2}, {1, 2}};
  }

  /// Whether the block fits at `first`, with `channels` coming in.
  [[nodiscard]] bool fits(const Pattern& pattern, std::size_t first, int64_t channels) const {
    if (first + pattern.size() > convolutions_.size()) return false;
    const auto last = static_cast<int>(pattern.size() > 3 || pattern.back() == 3 ? 3 : 2);
    std::array<Kernel, 4> by_number{};
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      by_number[static_cast<std::size_t>(pattern[i])] = kernel_of(*convolutions_[first + i]);
    }
    const auto& [projection, one, two, three] = by_number;
    const int64_t middle = last == 3 ? 1 : 3;
    const bool chain = one.size == middle && one.in == channels && two.size == 3 && two.in == one.out &&
                       (last == 2 || (three.size == 1 && three.in == two.out));
    const int64_t out = last == 3 ? three.out : two.out;
    const bool projected = pattern.size() == static_cast<std::size_t>(last) + 1;
    return chain &&
           (!projected || (projection.size == 1 && projection.in == channels && projection.out == out)) &&
           (projected || out == channels || last == 2);
  }

  void match_blocks() {
    std::size_t next = 1;
    int64_t channels = kernel_of(*convolutions_[0]).out, width = 0;
    int stage = 0, block = 0;
    while (next < convolutions_.size()) {
      const Pattern* chosen = nullptr;
      const auto all = patterns();
      for (const Pattern& pattern : all) {
        if (chosen == nullptr && fits(pattern, next, channels)) chosen = &pattern;
      }
      if (chosen == nullptr)
        fail(fmt::format("layer '{}' fits no residual block", convolutions_[next]->name));
      const int64_t block_width = width_of(*chosen, next);
      block = block_width == width ? block + 1 : 0;
      stage += block_width == width ? 0 : 1;
      width = block_width;
      for (std::size_t i = 0; i < chosen->size(); ++i, ++next) {
        const int k = (*chosen)[i];
        assembler_.add_block_convolution(*convolutions_[next], batchnorm(next), stage, block, k);
        if (k == chosen_last(*chosen)) channels = kernel_of(*convolutions_[next]).out;
      }
    }
  }

  static int chosen_last(const Pattern& pattern) {
    int last = 0;
    for (const int k : pattern) last = std::max(last, k);
    return last;
  }

  /// Output channels of the block's first convolution: a new value begins a stage.
  [[nodiscard]] int64_t width_of(const Pattern& pattern, std::size_t first) const {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      if (pattern[i] == 1) return kernel_of(*convolutions_[first + i]).out;
    }
    return 0;
  }

  const KerasFile& file_;
  KerasAssembler assembler_;
  std::vector<const KerasLayer*> convolutions_, batchnorms_, dense_;
};

}  // namespace

Checkpoint from_keras_order(const KerasFile& file) {
  return OrderMatcher(file).match();
}

}  // namespace dpac
