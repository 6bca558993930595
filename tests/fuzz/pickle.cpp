// Pickles of torch.save inside of a zip archive whose checksums are right: damage in a plain one ends at
// them.
#include <string>

#include "loaders/checkpoint.h"
#include "tests/fuzz/fuzz.h"
#include "tests/support/torch_files.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const std::string pickle(reinterpret_cast<const char*>(data), size);
  const std::string zip =
      dpac::test::zip_of({{"archive/data.pkl", pickle}, {"archive/data/0", std::string(256, '\0')}});
  const auto file =
      dpac::fuzz::folder().write("weights.pth", {reinterpret_cast<const uint8_t*>(zip.data()), zip.size()});
  dpac::fuzz::check([&] { dpac::open_checkpoint(file); });
  return 0;
}
