#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string_view>

#include <doctest/doctest.h>

#include "kernels/isa.h"
#include "loaders/hdf5/hdf5_reader.h"

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
  // While there are no threads. DPAC_TEST_HDF5=isolated runs every test that way.
  const char* reader = std::getenv("DPAC_TEST_HDF5");
  dpac::use_hdf5_reader(dpac::Hdf5Reader::isolated);
  if (reader == nullptr || std::string_view(reader) != "isolated") {
    dpac::use_hdf5_reader(dpac::Hdf5Reader::in_process);
  }
  return doctest::Context(argc, argv).run();
}
