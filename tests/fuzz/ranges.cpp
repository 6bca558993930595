// Calibration files of the smallest network there is.
#include "engine/networks/resnet.h"
#include "loaders/checkpoint.h"
#include "study/calibration/calibration_file.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  dpac::fuzz::choose_hdf5_reader();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  static const dpac::Graph graph =
      dpac::build_resnet(dpac::open_checkpoint(std::string(DPAC_GOLDEN_DIR) + "/torch/zip_4.pth"));
  const auto file = dpac::fuzz::folder().write("ranges.h5", {data, size});
  dpac::fuzz::check([&] { (void)dpac::read_calibration_file(file, graph, "sha"); });
  return 0;
}
