#include "engine/plans/float/sequence_view.h"

#include <algorithm>

#include "engine/tensor.h"

namespace dpac {
namespace {

/// The map of `count` pixels from `first` on, alone.
AlignedFloats copy_pixels(const BlockedMap& map, int64_t first, int64_t count, const float* src) {
  AlignedFloats copy(static_cast<std::size_t>(map.padded_channels() * count));
  for (int64_t b = 0; b < map.blocks(); ++b) {
    std::copy_n(src + (b * map.pixels + first) * map.block, count * map.block,
                copy.data() + b * count * map.block);
  }
  return copy;
}

}  // namespace

void show_alone(const AnalogView& view, int64_t first, int64_t count, Observer& observer) {
  AnalogView alone = view;
  const auto take = [&](const BlockedMap& map, const float* src) {
    return copy_pixels(map, first, count, src);
  };
  const AlignedFloats input = take(view.input_map, view.input);
  const AlignedFloats product = take(view.epilogue.map, view.pre_activation);
  const AlignedFloats noisy =
      view.noisy_product == nullptr ? AlignedFloats() : take(view.epilogue.map, view.noisy_product);
  const PixelRun all{0, count, 0};
  alone.input = input.data();
  alone.input_map.pixels = count;
  alone.window = {.height = count, .out_height = count};
  alone.pre_activation = product.data();
  if (view.noisy_product != nullptr) alone.noisy_product = noisy.data();
  alone.epilogue.map.pixels = count;
  alone.epilogue.runs = {&all, 1};
  alone.epilogue.elements = {};
  if (view.epilogue.scales != nullptr) alone.epilogue.scales = view.epilogue.scales + first;
  observer.analog(alone);
}

void show_alone(const ValueView& view, int64_t first, int64_t count, Observer& observer) {
  const AlignedFloats values = copy_pixels(view.map, first, count, view.values);
  ValueView alone = view;
  alone.values = values.data();
  alone.map.pixels = count;
  observer.value(alone);
}

}  // namespace dpac
