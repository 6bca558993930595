#include "engine/arithmetic.h"

#include <array>
#include <cstddef>

namespace dpac {

std::string_view name(Arithmetic arithmetic) {
  constexpr std::array<std::string_view, kArithmetics.size()> kNames = {"auto", "float32", "bfloat16",
                                                                        "auto-bfloat16"};
  return kNames.at(static_cast<std::size_t>(arithmetic));
}

}  // namespace dpac
