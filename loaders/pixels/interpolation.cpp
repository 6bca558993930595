#include "loaders/pixels/interpolation.h"

#include <string>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

std::string_view to_string(Interpolation interpolation) {
  return interpolation == Interpolation::bicubic ? "bicubic" : "bilinear";
}

Interpolation interpolation_of(std::string_view name) {
  for (const auto interpolation : {Interpolation::bilinear, Interpolation::bicubic}) {
    if (name == to_string(interpolation)) return interpolation;
  }
  throw Error(fmt::format("interpolation '{}': expected bilinear or bicubic", name));
}

}  // namespace dpac
