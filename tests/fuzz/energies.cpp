// Energies files, HDF5 or CSV, of two layers.
#include "study/energies/energies_file.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  dpac::fuzz::choose_hdf5_reader();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const auto layers = [] {
    std::vector<dpac::AnalogLayer> two(2);
    two[0].name = "conv1";
    two[1].name = "fc";
    for (dpac::AnalogLayer& layer : two) {
      layer.macs = 100;
      layer.out_channels = 3;
    }
    return two;
  }();
  const auto file = dpac::fuzz::folder().write("energies", {data, size});
  dpac::fuzz::check([&] { (void)dpac::read_energies_file(file, layers); });
  return 0;
}
