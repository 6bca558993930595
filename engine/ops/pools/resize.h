/// @file
/// A map of other height and width: upsampling, and what else interpolates between pixels.
#pragma once

#include "engine/ops/digital_fwd.h"
#include "engine/ops/value.h"

namespace dpac {

/// Output pixel (y, x) is what the input has at row `rows.position(y)` and column `columns.position(x)`,
/// positions beyond its first and last pixels taken as those.
struct ResizeOp {
  static constexpr bool kIntegers = false;

  /// What stands for a position between two pixels.
  enum class Between {
    floor,                ///< The one before.
    ceil,                 ///< The one after.
    round_half_to_floor,  ///< The closer one; halfway the one before.
    round_half_to_ceil,   ///< The closer one; halfway the one after.
    linear,               ///< Both, by their distance.
  };

  struct Axis {
    int64_t size = 1;              ///< Of the output.
    double scale = 1;              ///< Output pixels for one of the input.
    double before = 0, after = 0;  ///< 0.5 and -0.5 where centres of pixels count, not their edges.

    /// In float32, as ONNX Runtime and PyTorch have it: which pixel is the closer one of a scale such as 1.7
    /// depends on it.
    [[nodiscard]] double position(int64_t i) const {
      const float from_start = static_cast<float>(i) + static_cast<float>(before);
      return static_cast<double>(from_start / static_cast<float>(scale) + static_cast<float>(after));
    }
  };

  Axis rows, columns;
  Between between = Between::floor;
};

Value output_of(const ResizeOp& op, InputValues inputs);
Grid grid_of(const ResizeOp& op);
std::size_t tape_of(const ResizeOp& op, const DigitalMaps& maps);
void run_block(const ResizeOp& op, const DigitalRun& run, int64_t map, int64_t block);
void run_backward(const ResizeOp& op, const DigitalBackward& run, int64_t map, int64_t block);

}  // namespace dpac
