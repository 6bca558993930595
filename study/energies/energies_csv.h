/// @file
/// The CSV form of an energies file.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace dpac {

/// Energies by layer name: one value for the whole layer, or one per channel.
using NamedEnergies = std::map<std::string, std::vector<float>>;

/// Reads lines `layer,channel,energy` below that header. The channel is empty for a whole layer; else a
/// layer's channels must be 0, 1, 2, ..., each once, in any order. Blanks around the three do not count, nor
/// do empty lines and a byte order mark; a cell may be quoted.
/// @throws Error that names the file and the line or layer.
NamedEnergies read_energies_csv(const std::filesystem::path& path);

}  // namespace dpac
