#include "study/support/units.h"

namespace dpac {

std::string energy_unit(std::string_view noise) {
  return energy_name(noise) + "/MAC";
}

std::string energy_name(std::string_view noise) {
  return counts_photons(noise) ? "photons" : "x base energy";
}

bool counts_photons(std::string_view noise) {
  return noise == "shot" || noise.starts_with("shot+");  // It is the first of all.
}

}  // namespace dpac
