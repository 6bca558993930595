/// @file
/// Small results as the commands write them, by the contract of the command line.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace dpac::test {

/// Three layers: conv1 with one energy, layer1.0.conv1 with 2, 4 and 12 for its channels, fc with 0.5.
nlohmann::ordered_json learn_sample();

/// uniform and layer found, channel not; baseline 0.92, target 0.9.
nlohmann::ordered_json search_sample();

/// Shot and thermal noise, two networks.
nlohmann::ordered_json table_sample();

/// Two energies, 1 and 10; the second layer has no noise and so no bits.
nlohmann::ordered_json bits_sample();

/// A sweep over the energies 1 and 10 with standard deviations.
nlohmann::ordered_json eval_sample(const std::string& noise = "shot");

}  // namespace dpac::test
