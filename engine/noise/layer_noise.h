/// @file
/// The standard deviation of one analog layer's noise, made ready for the kernels (docs/model.md section 2):
///
///     shot         std(y_i)  = ||W_i|| ||x|| / sqrt(D E_i)
///     thermal      std(y_i)  = sigma_t sqrt(D) (Wmax_i - Wmin_i) (xmax - xmin) / sqrt(E_i)
///     output       std(y_i)  = sigma_o (ymax - ymin) / sqrt(E_i)
///     weight       std(W_ij) = sigma_w (Wmax_i - Wmin_i) / sqrt(E_i)
///     programming  std(W_ij) = (c0 + c1 w + c2 w^2) max|W_i| / sqrt(E_i),  w = |W_ij| / max|W_i|
///
/// Variances of several noises of outputs add. The products of attention, whose operands are both
/// activations, have one energy for all elements:
///
///     shot      std(y_ij) = ||a_i|| ||b_j|| / sqrt(D E)
///     thermal   std(y_ij) = sigma_t sqrt(D) (amax - amin) (bmax - bmin) / sqrt(E)
///     output    std(y_ij) = sigma_o (ymax - ymin) / sqrt(E)
///     others    no noise
#pragma once

#include <span>
#include <vector>

#include "engine/graph/fused_graph.h"
#include "engine/noise/layer_facts.h"
#include "engine/noise/noise_config.h"
#include "engine/noise/noise_models.h"
#include "engine/tensor.h"
#include "kernels/analog_epilogue.h"
#include "kernels/layout.h"
#include "kernels/value_range.h"

namespace dpac {

/// The noise of weights at certain energies, [padded channels] each (kernels/weight_noise.h).
struct WeightGains {
  AlignedFloats gains;           ///< Empty for no noise.
  AlignedFloats slopes, curves;  ///< Both empty where the deviation does not depend on the weight.
  AlignedFloats means;           ///< Else the root mean square of a channel's deviations over repeats.
};

/// One noise of a product of attention, which may have another D in every sequence.
struct ProductGain {
  bool by_norms;        ///< Times the norms of both operands.
  double length_power;  ///< Times D to this power.
  double gain;          ///< What one draw is multiplied by besides.
};

/// Gains of a layer at certain energies: what one draw is multiplied by, sigma / repeats. Zero beyond the
/// last channel.
struct LayerGains {
  AlignedFloats outputs;  ///< [rows][padded channels]; empty for no noise of outputs.
  AlignedFloats floors;   ///< The same of what no norm scales, where norms scale `outputs`; else empty.
  std::vector<ProductGain> product;  ///< Of attention, one for each noise of outputs, in place of those two.
  WeightGains weights, chip;
  std::vector<int32_t> repeats;  ///< [padded channels]; empty for one each.
};

/// The part that depends on weights and geometry alone. The graph must outlive it.
///
/// Shot noise: a tap on zero padding counts in neither norm, so ||W_i|| depends on which rows and columns of
/// the kernel lie inside the image. Positions with the same taps share one row of gains; ||x|| is the input's
/// and comes from kernels/patch_norm.h. Without it there is one row.
class LayerNoise {
 public:
  /// A product of attention.
  static LayerNoise attention(NoiseKind kind, const CalibratedRanges& ranges);

  /// `node` is a convolution or a linear layer, `map` the layout of its output, `weights` the ranges of its
  /// output channels' weights.
  LayerNoise(const FusedGraph& graph, const FusedNode& node, const BlockedMap& map, NoiseKind kind,
             std::span<const ValueRange> weights, const CalibratedRanges& ranges);

  /// Of one energy and one number of repeats, or one per output channel; constants and D as in `config`.
  [[nodiscard]] LayerGains gains(std::span<const float> energies, std::span<const int32_t> repeats,
                                 const NoiseConfig& config) const;

  [[nodiscard]] const PatchWindow& window() const { return window_; }
  [[nodiscard]] const BlockedMap& map() const { return map_; }

  /// The output's pixels in order, in runs of at most kMaxRun, each with its row of gains.
  [[nodiscard]] std::span<const PixelRun> runs() const { return runs_; }

  static constexpr int64_t kMaxRun = 64;

 private:
  /// One of the noises.
  struct Term {
    const NoiseModel* model;
    const Tensor* weights;
    NoiseSigmas sigmas;
  };

  LayerNoise(NoiseKind kind, const BlockedMap& map, const LayerFacts& facts);
  std::vector<KernelPart> make_runs(bool by_parts);
  void add_run(int64_t pixel, int64_t gain_row);
  void add_terms(NoiseKind kind, const LayerFacts& facts);
  [[nodiscard]] std::vector<ProductGain> product_gains(double share, const NoiseConfig& config) const;
  [[nodiscard]] double length_factor(const NoiseModel& model, DotLength length) const;
  [[nodiscard]] std::vector<double> deviations(NoiseTarget target, const NoiseConfig& config) const;
  [[nodiscard]] WeightGains weight_gains(NoiseTarget target, std::span<const double> shares,
                                         const NoiseConfig& config) const;

  PatchWindow window_;
  BlockedMap map_;
  bool attention_ = false;
  int64_t length_ = 1, groups_ = 1;  // D within a group.
  std::vector<Term> terms_;
  std::vector<PixelRun> runs_;
};

/// The window of a convolution or linear layer over its input; over tokens, that over one of them.
PatchWindow patch_window(const FusedGraph& graph, const FusedNode& node);

}  // namespace dpac
