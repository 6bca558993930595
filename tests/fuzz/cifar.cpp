// CIFAR's binary files, of 10 and of 100 classes.
#include "loaders/images/open_dataset.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const auto file = dpac::fuzz::folder().write("test_batch.bin", {data, size});
  dpac::fuzz::check([&] { (void)dpac::open_image_dataset(file, {.outputs = 10})->load(0); });
  dpac::fuzz::check([&] { (void)dpac::open_image_dataset(file, {.outputs = 20})->load(0); });
  return 0;
}
