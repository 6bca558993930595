/// @file
/// Multi-head attention of one sequence: softmax(Q K^T / sqrt(head size)) V, with the noise of both products
/// (docs/model.md section 2) and all quantisers on the way. Head by head, so that scores stay in the cache.
///
/// Noise elements are numbered by (head, token, feature): pixel head * tokens + token of a map whose channels
/// are the keys' tokens for Q K^T, and the head's features for P V.
#pragma once

#include <cstddef>
#include <cstdint>

#include "engine/noise/layer_noise.h"
#include "engine/noise/quantizers.h"
#include "kernels/analog_epilogue.h"
#include "kernels/matrix.h"
#include "kernels/noise_key.h"

namespace dpac {

/// Of one sequence.
struct AttentionShape {
  int64_t heads = 1;
  int64_t head_size = 0;
  int64_t tokens = 0;  ///< Computed.
  int64_t real = 0;    ///< Those that are no padding: the only ones attended to.
};

/// Where a head's matrices lie in its buffer, in floats. Rows are padded to whole vectors.
struct HeadLayout {
  explicit HeadLayout(const AttentionShape& shape);

  int64_t feature_stride, token_stride;
  std::size_t query, value, context;                    ///< [tokens][features].
  std::size_t key;                                      ///< [features][tokens]: transposed.
  std::size_t scores;                                   ///< [tokens][tokens]: products, then probabilities.
  std::size_t score_gains, score_floors, score_scales;  ///< Of the epilogues.
  std::size_t context_gains, context_floors, context_scales;
  std::size_t score_repeats, context_repeats;  ///< int32.
  std::size_t exact;                           ///< For a backward: probabilities before their quantiser.
  std::size_t score_passes, scaled_passes, probability_passes, context_passes;  ///< Bits of a backward.
  std::size_t score_products, context_products;  ///< For an observer: before noise.
  std::size_t size;
};

/// One attention of one sequence.
struct Attention {
  AttentionShape shape;
  BlockedMap map;     ///< Of Q, K, V and the context, which lie alike.
  int64_t first = 0;  ///< The sequence's first pixel in it.
  const float *query = nullptr, *key = nullptr, *value = nullptr;
  float* result = nullptr;  ///< The context.
  NodeQuantizers score_quantizers = {}, context_quantizers = {};
  bool by_norms = false;                    ///< Shot noise is among the noises.
  const LayerGains* score_gains = nullptr;  ///< Null for no noise.
  const LayerGains* context_gains = nullptr;
  NoiseKey score_key = {}, context_key = {};
  bool recorded = false;  ///< A backward follows: everything in the buffer stays.
  bool observed = false;  ///< The same for an observer.
};

/// The factor of the scores before softmax.
float score_scale(const AttentionShape& shape);

/// One head, in a buffer of HeadLayout::size floats.
void run_head(const Attention& attention, int64_t head, float* buffer);

/// For whoever goes through the noise of a head again after it was run, recorded or observed: the epilogues
/// of its products, over rows of outputs and without runs. Their gains are those that the head was run with,
/// or what fill_gains() makes of the matrices in the buffer: a sensitivity asks for noise that was not there.
void fill_gains(const Attention& attention, int64_t head, float* buffer);
AnalogEpilogue score_epilogue(const Attention& attention, int64_t head, float* buffer);
AnalogEpilogue context_epilogue(const Attention& attention, int64_t head, float* buffer);

}  // namespace dpac
