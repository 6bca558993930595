/// @file
/// A network whose file says how it is connected: nothing has to be inferred from names.
#pragma once

#include <optional>

#include "engine/graph/graph.h"

namespace dpac {

class Topology {
 public:
  virtual ~Topology() = default;

  /// For images of `input_size` ([H, W]; unset: what the file says). @throws Error naming the node that it
  /// does not fit, or where the file leaves the size open.
  [[nodiscard]] virtual Graph build(const std::optional<Shape>& input_size) const = 0;
};

}  // namespace dpac
