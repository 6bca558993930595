// Labels files and class maps.
#include "loaders/images/name_table.h"

#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const auto file = dpac::fuzz::folder().write("labels.csv", {data, size});
  dpac::fuzz::check([&] { (void)dpac::read_name_table(file); });
  return 0;
}
