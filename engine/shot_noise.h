/// @file
/// Shot noise of one analog layer, made ready for the kernel: std(y_i) = ||W_i|| ||x|| / sqrt(D E_i)
/// (spec/noise.md section 2).
#pragma once

#include <span>
#include <vector>

#include "engine/analog.h"
#include "engine/tensor.h"
#include "kernels/analog_epilogue.h"
#include "kernels/layout.h"

namespace dpac {

/// The part that depends on weights, geometry and energies. ||x|| is the input's and comes from kernels/patch_norm.h.
///
/// A tap on zero padding counts in neither norm, so ||W_i|| depends on which rows and columns of the kernel lie
/// inside the image. Positions with the same taps share one row of gains.
class ShotNoise {
 public:
  /// `node` is a convolution or a linear layer; `block` the channels in a block of its output.
  ShotNoise(const Graph& graph, const Node& node, int block);

  /// Sets gains to ||W_i|| / sqrt(D E_i). One energy, or one per output channel.
  void set_energies(std::span<const float> energies);

  /// Zero gains: the epilogue then only finishes the pre-activation.
  void silence();

  [[nodiscard]] const PatchWindow& window() const { return window_; }
  [[nodiscard]] const BlockedMap& map() const { return map_; }

  /// The output's pixels in order, in runs of at most kMaxRun, each with its row of gains.
  [[nodiscard]] std::span<const PixelRun> runs() const { return runs_; }
  [[nodiscard]] const float* gains() const { return gains_.data(); }

  static constexpr int64_t kMaxRun = 64;

 private:
  /// Taps [begin, end) of the kernel that lie inside the image, along one axis.
  struct Taps {
    int begin = 0, end = 0;
    auto operator<=>(const Taps&) const = default;
  };

  [[nodiscard]] Taps taps_inside(int64_t position, int64_t size, int pad) const;
  void add_row_of_gains(const Tensor& weights, Taps rows, Taps columns);
  void make_runs(const Tensor& weights);

  PatchWindow window_;
  BlockedMap map_;
  int64_t dot_length_ = 1;
  std::vector<double> norms_;  ///< [rows][channels]: ||W_i|| over the taps inside.
  std::vector<PixelRun> runs_;
  AlignedFloats gains_;  ///< [rows][padded channels].
};

}  // namespace dpac
