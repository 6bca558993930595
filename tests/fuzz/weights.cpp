// Files of networks of every form, found out by content: safetensors, torch.save's, HDF5, Keras's and ONNX.
#include "engine/networks/bert.h"
#include "engine/networks/image_network.h"
#include "loaders/checkpoint.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  dpac::fuzz::choose_hdf5_reader();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const auto file = dpac::fuzz::folder().write("weights", {data, size});
  dpac::fuzz::check([&] {
    const dpac::Checkpoint checkpoint = dpac::open_checkpoint(file);
    checkpoint.bert ? dpac::build_bert(checkpoint) : dpac::build_image_network(checkpoint);
  });
  return 0;
}
