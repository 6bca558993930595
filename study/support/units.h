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

/// Whether shot noise is among the noises of that name, so that energies are counted in photons.
bool counts_photons(std::string_view noise);

}  // namespace dpac
