#include "study/support/units.h"

namespace dpac {

std::string energy_unit(std::string_view noise) {
  return energy_name(noise) + "/MAC";
}

std::string energy_name(std::string_view noise) {
  return noise == "shot" ? "photons" : "x base energy";
}

}  // namespace dpac
