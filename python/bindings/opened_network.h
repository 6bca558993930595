/// @file
/// Weight files as Python opens them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "engine/tensor.h"

namespace dpac::python {

/// What a weight file cannot say.
struct OpeningOptions {
  std::optional<Shape> input_size = {};  ///< [H, W].
  std::optional<bool> stride_in_1x1 = {};
  bool no_head = false;
  std::optional<std::filesystem::path> config = {};
  std::optional<int64_t> heads = {}, max_length = {};
};

struct OpenedNetwork {
  Graph graph;
  std::string format;
  std::vector<std::string> remarks;   ///< What the user should hear of without asking.
  std::vector<std::string> assumed;   ///< All of it.
  std::vector<std::string> left_out;  ///< The same.
};

/// @throws Error as open_checkpoint() and the networks' builders do, and for options that the network has no
/// use for.
OpenedNetwork open_network(const std::filesystem::path& path, const OpeningOptions& options);

}  // namespace dpac::python
