// Results of commands, read back for pictures and pages.
#include "report/pictures/result_file.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const auto file = dpac::fuzz::folder().write("result.json", {data, size});
  dpac::fuzz::check([&] {
    const dpac::report::ResultFile result(file.string());
    (void)result.noise();
    (void)result.network();
    for (const auto& [key, value] : result.root().members()) (void)value.json().dump();
  });
  return 0;
}
