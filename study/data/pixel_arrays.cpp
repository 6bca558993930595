#include "study/data/pixel_arrays.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace dpac {

PixelArrays::PixelArrays(std::shared_ptr<const ImageArrays> arrays) : arrays_(std::move(arrays)) {
  arrays_->check();
}

int PixelArrays::label(int64_t index) const {
  return arrays_->labels.empty() ? 0 : arrays_->labels[static_cast<std::size_t>(index)];
}

int PixelArrays::classes() const {
  const auto& labels = arrays_->labels;
  return labels.empty() ? 1 : 1 + *std::max_element(labels.begin(), labels.end());
}

std::string PixelArrays::name(int64_t index) const {
  return fmt::format("{}[{}]", arrays_->name, index);
}

}  // namespace dpac
