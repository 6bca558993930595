// Weights-only Keras files of unknown layer names: the structure follows from the kernels' shapes in order,
// with Keras's defaults for what weights cannot say.

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/keras/keras_layers.h"

namespace dpac {
namespace {

constexpr double kKerasEpsilon = 1e-3, kApplicationsEpsilon = 1.001e-5;

/// The convolutions of a block in file order: 1, 2, 3 and 0 for the projection.
using Pattern = std::vector<int>;

/// Keras writes a projection third (by its depth in the graph, if made before convolution 3, as
/// keras.applications does), last or first. One file has it in one place only: shapes alone would leave it
/// open in blocks where the projection and convolution 3 are of one shape, as in the first block of ResNet50.
const std::array<Pattern, 6> kProjected = {
    {{1, 2, 0, 3}, {1, 2, 3, 0}, {0, 1, 2, 3}, {1, 0, 2}, {1, 2, 0}, {0, 1, 2}}};
const Pattern kPlainBottleneck = {1, 2, 3}, kPlainBasic = {1, 2};

struct Kernel {
  int64_t size, in, out;
};

Kernel kernel_of(const KerasLayer& conv) {
  const Shape& s = conv.kernel->shape;
  return {s[0], s[2], s[3]};
}

class OrderMatcher {
 public:
  explicit OrderMatcher(const KerasFile& file) : file_(file), assembler_(file) {
    for (const KerasLayer& layer : file.layers) {
      if (layer.kind == KerasLayer::Kind::convolution) convolutions_.push_back(&layer);
      if (layer.kind == KerasLayer::Kind::batchnorm) batchnorms_.push_back(&layer);
      if (layer.kind == KerasLayer::Kind::dense) dense_.push_back(&layer);
      normalised_ = normalised_ || layer.kind == KerasLayer::Kind::normalization;
    }
  }

  Checkpoint match() {
    if (normalised_) fail("it has a Normalization layer, and where that stands only the model says");
    if (convolutions_.size() < 3 || dense_.size() != 1) fail("it has no stem, blocks and one dense layer");
    const bool all_normalised = batchnorms_.size() == convolutions_.size();
    if (!all_normalised && !batchnorms_.empty()) fail("not every convolution has a BatchNorm");
    assembler_.add_convolution(*convolutions_[0], batchnorm(0), "conv1", "bn1");
    match_blocks();
    assembler_.add_dense(*dense_.front());
    ResNetTraits& traits = assembler_.checkpoint.traits;
    const bool application = is_application();
    assume(application);
    traits.batchnorm_epsilon = application ? kApplicationsEpsilon : kKerasEpsilon;
    traits.stride_in_first_conv = true;
    traits.padding = application ? Padding::symmetric : Padding::same;
    traits.preset = application ? "keras-caffe" : "plain";
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

  /// Whether the block fits at `first`, with `channels` coming in.
  [[nodiscard]] bool fits(const Pattern& pattern, std::size_t first, int64_t channels) const {
    if (first + pattern.size() > convolutions_.size()) return false;
    const int last = last_of(pattern);
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

  /// The file's blocks if projections stand as in `projected`; otherwise unset, and `stuck` is where no block
  /// fits.
  [[nodiscard]] std::optional<std::vector<Pattern>> blocks_by(const Pattern& projected,
                                                              std::size_t& stuck) const {
    const Pattern& plain = last_of(projected) == 3 ? kPlainBottleneck : kPlainBasic;
    std::vector<Pattern> blocks;
    int64_t channels = kernel_of(*convolutions_[0]).out;
    for (std::size_t next = 1; next < convolutions_.size(); next += blocks.back().size()) {
      const bool fits_projected = fits(projected, next, channels);
      if (!fits_projected && !fits(plain, next, channels)) {
        stuck = std::max(stuck, next);
        return std::nullopt;
      }
      blocks.push_back(fits_projected ? projected : plain);
      channels = kernel_of(*convolutions_[next + place_of(blocks.back(), last_of(projected))]).out;
    }
    return blocks;
  }

  void match_blocks() {
    std::size_t stuck = 1;
    for (const Pattern& projected : kProjected) {
      const auto blocks = blocks_by(projected, stuck);
      if (!blocks) continue;
      add_blocks(*blocks);
      projected_ = &projected;
      return;
    }
    fail(fmt::format("layer '{}' fits no residual block", convolutions_[stuck]->name));
  }

  void add_blocks(const std::vector<Pattern>& blocks) {
    std::size_t next = 1;
    int64_t width = 0;
    int stage = 0, block = 0;
    for (const Pattern& pattern : blocks) {
      const int64_t block_width = kernel_of(*convolutions_[next + place_of(pattern, 1)]).out;
      block = block_width == width ? block + 1 : 0;
      stage += block_width == width ? 0 : 1;
      width = block_width;
      for (const int k : pattern) {
        assembler_.add_block_convolution(*convolutions_[next], batchnorm(next), stage, block, k);
        ++next;
      }
    }
  }

  /// The traits that only a model's configuration would say.
  void assume(bool application) {
    assembler_.checkpoint.assumed.push_back(
        application
            ? "epsilon, strides and padding are those of keras.applications, whose order of layers the file "
              "has"
            : "epsilon is 0.001 and padding SAME, Keras's defaults, and a bottleneck's stride in its first "
              "convolution");
  }

  /// The weights of keras.applications' ResNets without their names; its order and biases give them away.
  [[nodiscard]] bool is_application() const {
    return !file_.named && kernel_of(*convolutions_[0]).size == 7 && projected_ == &kProjected[0] &&
           std::all_of(convolutions_.begin(), convolutions_.end(),
                       [](const KerasLayer* l) { return l->bias.has_value(); });
  }

  static int last_of(const Pattern& pattern) { return *std::max_element(pattern.begin(), pattern.end()); }

  static std::size_t place_of(const Pattern& pattern, int k) {
    return static_cast<std::size_t>(std::find(pattern.begin(), pattern.end(), k) - pattern.begin());
  }

  const KerasFile& file_;
  KerasAssembler assembler_;
  std::vector<const KerasLayer*> convolutions_, batchnorms_, dense_;
  const Pattern* projected_ = nullptr;
  bool normalised_ = false;
};

}  // namespace

Checkpoint from_keras_order(const KerasFile& file) {
  return OrderMatcher(file).match();
}

}  // namespace dpac
