/// @file
/// The standard deviation of one analog layer's noise, made ready for the kernels (docs/model.md section 2):
///
///     shot      std(y_i)  = ||W_i|| ||x|| / sqrt(D E_i)
///     thermal   std(y_i)  = sigma_t sqrt(D) (Wmax_i - Wmin_i) (xmax - xmin) / sqrt(E_i)
///     weight    std(W_ij) = sigma_w (Wmax_i - Wmin_i) / sqrt(E_i)
///
/// The products of attention, whose operands are both activations, have one energy for all elements:
///
///     shot      std(y_ij) = ||a_i|| ||b_j|| / sqrt(D E)
///     thermal   std(y_ij) = sigma_t sqrt(D) (amax - amin) (bmax - bmin) / sqrt(E)
///     weight    no noise
#pragma once

#include <span>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/noise/noise_config.h"
#include "engine/tensor.h"
#include "kernels/analog_epilogue.h"
#include "kernels/layout.h"
#include "kernels/value_range.h"

namespace dpac {

/// Gains of a layer at certain energies: what one draw is multiplied by.
struct LayerGains {
  AlignedFloats gains;           ///< [rows][padded channels], zero beyond the last channel; sigma / repeats.
  std::vector<int32_t> repeats;  ///< [padded channels]; empty for one each.
};

/// The part that depends on weights and geometry alone.
///
/// Shot noise: a tap on zero padding counts in neither norm, so ||W_i|| depends on which rows and columns of
/// the kernel lie inside the image. Positions with the same taps share one row of gains; ||x|| is the input's
/// and comes from kernels/patch_norm.h. The other noises have one row.
class LayerNoise {
 public:
  /// A product of attention at E = 1: all of sigma but norms and, for P V, the number of tokens D.
  static LayerNoise attention(double unit_sigma);

  /// `node` is a convolution or a linear layer, `map` the layout of its output.
  static LayerNoise silent(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map);
  static LayerNoise shot(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map);
  static LayerNoise thermal(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map,
                            const std::vector<ValueRange>& weights, const ValueRange& input);
  static LayerNoise weight(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map,
                           const std::vector<ValueRange>& weights);

  /// By what all of sigma changes with another D than the graph's own. Shot noise falls with its root,
  /// thermal noise grows with it, weight noise has none.
  [[nodiscard]] double with_dot_length(DotLength length) const;

  /// One energy and one number of repeats, or one per output channel. `sigma` scales all of it: NoiseConfig's
  /// sigma_thermal or sigma_weight, 1 for shot noise, and with_dot_length().
  [[nodiscard]] LayerGains gains(std::span<const float> energies, std::span<const int32_t> repeats,
                                 double sigma) const;

  [[nodiscard]] const PatchWindow& window() const { return window_; }
  [[nodiscard]] const BlockedMap& map() const { return map_; }

  /// The output's pixels in order, in runs of at most kMaxRun, each with its row of gains.
  [[nodiscard]] std::span<const PixelRun> runs() const { return runs_; }

  static constexpr int64_t kMaxRun = 64;

 private:
  explicit LayerNoise(const BlockedMap& map) : map_(map) {}
  LayerNoise(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map);
  void add_run(int64_t pixel, int64_t gain_row);

  PatchWindow window_;
  BlockedMap map_;
  double paper_factor_ = 1;         ///< with_dot_length(DotLength::paper).
  std::vector<double> unit_sigma_;  ///< [rows][channels]: at E = 1, and of shot noise with ||x|| = 1.
  std::vector<PixelRun> runs_;
};

/// The window of a convolution or linear layer over its input; over tokens, that over one of them.
PatchWindow patch_window(const FusedGraph& graph, const FusedNode& node);

}  // namespace dpac
