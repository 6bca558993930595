#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>
#include <exception>
#include <filesystem>

#include <doctest/doctest.h>

#include "kernels/isa.h"

int main(int argc, char** argv) {
  try {
    dpac::active_isa();
  } catch (const std::exception& error) {
    // ctest reads this as "skipped" where it forces an instruction set.
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
#ifdef DPAC_NEEDS_SHARED_DATA
  constexpr int kSkipped = 77;
  if (!std::filesystem::exists(DPAC_SHARED_DATA)) {
    std::printf("skipped: there is no %s\n", DPAC_SHARED_DATA);
    return kSkipped;
  }
#endif
  return doctest::Context(argc, argv).run();
}
