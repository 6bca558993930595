// State of learn, search and table.
#include "study/learning/state_file.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, std::size_t size) {
  const auto file = dpac::fuzz::folder().write("state.json", {data, size});
  dpac::fuzz::check([&] {
    const dpac::Json made_with = {{"steps", 100}, {"noise", "shot"}};
    (void)dpac::StateFile(file.parent_path(), "state.json", made_with).content().dump();
  });
  return 0;
}
