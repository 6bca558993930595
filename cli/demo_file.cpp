#include "cli/demo_file.h"

// Made by cmake/embed.cmake.
extern "C" {
extern const std::byte dpac_demo_file[];
extern const std::byte dpac_demo_file_end[];
}

namespace dpac::cli {

std::span<const std::byte> demo_file() {
  return {dpac_demo_file, dpac_demo_file_end};
}

}  // namespace dpac::cli
