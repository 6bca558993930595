#include "loaders/pixels/augment.h"

#include <algorithm>
#include <cmath>

#include "loaders/pixels/resize.h"

namespace dpac {
namespace {

constexpr double kSmallestScale = 0.08;
constexpr double kLargestRatio = 4.0 / 3;  // The smallest is its inverse.
constexpr int kAttempts = 10;
constexpr int kShift = 4;

/// Halves to even, as Python's round.
int rounded(double value) {
  return static_cast<int>(std::nearbyint(value));
}

/// `side` * 4/3, rounded.
int four_thirds(int side) {
  return (4 * side + 1) / 3;
}

/// torchvision's fallback. It cuts what is too wide or too high, and takes all of any other image.
Window largest_centred_window(ImageSize size) {
  const int height = std::min(size.height, four_thirds(size.width));
  const int width = std::min(size.width, four_thirds(size.height));
  return {(size.height - height) / 2, (size.width - width) / 2, height, width};
}

Image resized_crop(const Image& image, const Preprocessing& how, SplitMix64& random) {
  const Image window = cut_out(image, random_resized_window(image.size(), random));
  return resize_image(window, output_size(image.size(), how), how.interpolation);
}

Image shifted_crop(const Image& image, SplitMix64& random) {
  const int down = random.below(2 * kShift + 1) - kShift;
  const int right = random.below(2 * kShift + 1) - kShift;
  return cut_out(image, {down, right, image.height, image.width});
}

Image random_crop(const Image& image, const Preprocessing& how, Augmentation kind, SplitMix64& random) {
  if (kind == Augmentation::resized_crop) return resized_crop(image, how, random);
  return shifted_crop(resize_and_crop(image, how), random);
}

}  // namespace

Augmentation preset_augmentation(std::string_view preset_name) {
  preset(preset_name, true);  // Refuses an unknown name.
  if (preset_name == "plain") return Augmentation::none;
  return preset_name == "cifar" ? Augmentation::shifted_crop : Augmentation::resized_crop;
}

Window random_resized_window(ImageSize size, SplitMix64& random) {
  const double area = static_cast<double>(size.height) * size.width;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    const double target = area * random.uniform(kSmallestScale, 1.0);
    const double limit = std::log(kLargestRatio);
    const double ratio = std::exp(random.uniform(-limit, limit));
    const int width = rounded(std::sqrt(target * ratio));
    const int height = rounded(std::sqrt(target / ratio));
    if (width < 1 || width > size.width || height < 1 || height > size.height) continue;
    const int top = random.below(size.height - height + 1);
    const int left = random.below(size.width - width + 1);
    return {top, left, height, width};
  }
  return largest_centred_window(size);
}

Image random_resize_and_crop(const Image& image, const Preprocessing& how, Augmentation kind,
                             const AugmentationKey& key) {
  if (kind == Augmentation::none) return resize_and_crop(image, how);
  SplitMix64 random(seed_of(key.seed, key.draw));
  Image out = random_crop(image, how, kind, random);
  if (random.below(2) == 1) flip_horizontally(out);
  return out;
}

}  // namespace dpac
