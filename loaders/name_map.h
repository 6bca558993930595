/// @file
/// Foreign module names of PyTorch ResNets, brought to torchvision's.
#pragma once

#include <string>
#include <vector>

namespace dpac {

/// A path in an HDF5 file as PyTorch's name: '/' becomes '.'.
std::string dotted(std::string path);

/// "model/layer1/0/shortcut/0/weight" -> "layer1.0.downsample.0.weight": dotted, "linear" becomes "fc",
/// "shortcut" becomes "downsample". `prefix` is a wrapper's name to drop ("module.", "state_dict.",
/// ...).
std::string torch_name(const std::string& path, const std::string& prefix);

/// The wrapper in front of all names of a state_dict ("state_dict.module." ...), or "".
std::string common_wrapper(const std::vector<std::string>& names);

/// Buffers that no inference needs: num_batches_tracked, position_ids.
bool is_ignored_buffer(const std::string& name);

}  // namespace dpac
