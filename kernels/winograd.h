/// @file
/// Transforms of the Winograd convolution F(4x4, 3x3): Lavin and Gray, "Fast algorithms for convolutional
/// neural networks", CVPR 2016. A 3x3 convolution of stride 1 becomes 36 independent products over 4x4 tiles
/// of the output, with a quarter of the multiplications:
///
///     Y = A^T [ (G g G^T) . (B^T d B) ] A
///
/// Between the transforms lie `values` of layout [36][ceil(C / block)][tiles][block]. The tiles of all
/// samples of a batch follow each other; the tiles of one sample run row by row.
#pragma once

#include <cstdint>

#include "kernels/layout.h"

namespace dpac {

inline constexpr int kWinogradTile = 4;     ///< Output pixels of a tile along one axis.
inline constexpr int kWinogradPoints = 36;  ///< Products per tile.

/// The tiles of one sample's map of height x width (input and output are of one size: padding is 1 on every
/// side).
struct WinogradMap {
  BlockedMap map;  ///< Of the input, or of the output.
  int64_t height = 0, width = 0;
  int64_t tiles = 0;       ///< Of the whole batch: the stride of a channel block in `values`, in tiles.
  int64_t first_tile = 0;  ///< This sample's first.

  [[nodiscard]] int64_t tiles_high() const { return (height + kWinogradTile - 1) / kWinogradTile; }
  [[nodiscard]] int64_t tiles_wide() const { return (width + kWinogradTile - 1) / kWinogradTile; }
};

/// What becomes of the products' sum: + bias, + residual, ReLU, each only where asked for.
struct WinogradFinish {
  const float* bias = nullptr;      ///< [padded channels].
  const float* residual = nullptr;  ///< Layout of dst, which it may be; null for none.
  bool relu = false;
};

/// values <- B^T d B for the channel blocks [first_block, last_block) of one sample.
void winograd_input(const WinogradMap& map, int64_t first_block, int64_t last_block, const float* src,
                    float* values);

/// dst <- A^T values A, finished, for the channel blocks [first_block, last_block) of one sample.
void winograd_output(const WinogradMap& map, int64_t first_block, int64_t last_block,
                     const WinogradFinish& finish, const float* values, float* dst);

/// dst[36][filters] <- G g G^T of the 3x3 filters [first, last), in double precision, rounded once. `weights`
/// and `dst` point to filter 0; filters are those of [out, in, 3, 3] in order.
void winograd_weights(int64_t filters, int64_t first, int64_t last, const float* weights, float* dst);

}  // namespace dpac
