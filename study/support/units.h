/// @file
/// What energies are counted in.
#pragma once

#include <string>
#include <string_view>

namespace dpac {

/// Of energies per MAC under this noise: "photons/MAC" for shot noise, else "x base energy/MAC".
std::string energy_unit(std::string_view noise);

/// The same where it stands alone: "photons", "x base energy".
std::string energy_name(std::string_view noise);

}  // namespace dpac
