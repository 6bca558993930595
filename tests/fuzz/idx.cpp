// IDX files of images, plain or packed; the labels beside them are right for two images.
#include <array>

#include "loaders/images/open_dataset.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static constexpr std::array<uint8_t, 10> kLabels = {0, 0, 8, 1, 0, 0, 0, 2, 4, 7};
  static const auto labels = dpac::fuzz::folder().write("t10k-labels-idx1-ubyte", kLabels);
  const auto file = dpac::fuzz::folder().write("t10k-images-idx3-ubyte", {data, size});
  dpac::fuzz::check([&] { (void)dpac::open_image_dataset(file)->load(0); });
  return 0;
}
