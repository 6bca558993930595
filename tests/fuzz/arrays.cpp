// HDF5 files of images and labels.
#include "loaders/images/open_dataset.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  dpac::fuzz::choose_hdf5_reader();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const auto file = dpac::fuzz::folder().write("images.h5", {data, size});
  dpac::fuzz::check([&] { (void)dpac::open_image_dataset(file)->load(0); });
  return 0;
}
