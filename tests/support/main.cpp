#define DOCTEST_CONFIG_IMPLEMENT
#include <cstdio>
#include <exception>

#include <doctest/doctest.h>

#include "kernels/isa.h"

int main(int argc, char** argv) {
  try {
    dpac::active_isa();
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());  // ctest reads this as "skipped" where it forces an instruction set.
    return 1;
  }
  return doctest::Context(argc, argv).run();
}
