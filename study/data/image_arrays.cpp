#include "study/data/image_arrays.h"

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

void ImageArrays::check() const {
  if (size < 1) throw Error(fmt::format("{}: there are none, expected at least one", name));
  const auto count = static_cast<int64_t>(labels.size());
  if (count == 0 || count == size) return;
  throw Error(fmt::format("{}: there are {} labels for {} images, expected one for each", name, count, size));
}

}  // namespace dpac
