// The configuration of a Keras model, with the weights of models whose configurations are among the seeds.
#include <vector>

#include "loaders/keras/keras_builder.h"
#include "loaders/keras/keras_preprocessing.h"
#include "tests/fuzz/fuzz.h"

namespace {

const std::vector<dpac::KerasArrays>& weights() {
  static const std::vector<dpac::KerasArrays> all = [] {
    std::vector<dpac::KerasArrays> opened;
    for (const char* name : {"mobile_2.h5", "vgg_2.h5", "nested_2.h5"}) {
      const auto path = std::filesystem::path(DPAC_GOLDEN_DIR) / "keras" / name;
      opened.emplace_back(std::make_shared<const dpac::Hdf5File>(dpac::Hdf5File::open(path)));
    }
    return opened;
  }();
  return all;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string config(reinterpret_cast<const char*>(data), size);
  for (const dpac::KerasArrays& arrays : weights()) {
    dpac::fuzz::check([&] {
      const dpac::KerasModel model = dpac::parse_keras_model(config, "x", "x: config", 2);
      const dpac::KerasPreprocessing pixels = dpac::find_keras_preprocessing(model, arrays);
      (void)dpac::KerasBuilder(model, arrays, int64_t{1} << 20, std::nullopt).build(pixels.calls);
    });
  }
  return 0;
}
