/// @file
/// A look at the values of a running network.
#pragma once

#include <cstdint>
#include <span>

#include "engine/graph/fused_graph.h"
#include "engine/noise/layer_noise.h"
#include "kernels/analog_epilogue.h"

namespace dpac {

/// One analog operation on one sample, between its product and its noise. Pointers are valid during the call
/// only.
struct AnalogView {
  int layer = 0;       ///< Position in analog_layers().
  int64_t sample = 0;  ///< Index in the data set.
  const float* input =
      nullptr;  ///< The operation's input; plain [C, H, W] for the first layer, else blocked.
  bool plain_input = false;
  BlockedMap input_map;
  PatchWindow window;                     ///< Over the input.
  int64_t groups = 1;                     ///< Of a convolution.
  const float* pre_activation = nullptr;  ///< Blocked, without this layer's own noise.
  const float* noisy_product = nullptr;   ///< The product with noisy weights; null where they have no noise.
  const LayerGains* layer_gains = nullptr;  ///< Beside it.
  AnalogEpilogue epilogue;                  ///< Gains and scales of this layer, for all of its pixels.
  NoiseKey key;
};

/// The output of one node on one sample: after ReLU, residual sum and quantisers.
struct ValueView {
  int node = 0;
  int64_t sample = 0;
  const float* values = nullptr;
  bool plain = false;  ///< The network's input, [C, H, W]; else blocked.
  BlockedMap map;
};

/// Its functions may be called from several threads at once, for different samples.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void analog(const AnalogView& view) = 0;
  virtual void value(const ValueView&) {}
};

/// dst[c][p] <- src, from channel blocks to plain order.
void to_plain(const BlockedMap& map, const float* src, std::span<float> dst);

/// Standard deviation of every element's own noise, plain [C, pixels]; zeros without noise.
void sigma_of(const AnalogView& view, std::span<float> dst);

/// The noisy pre-activation before ReLU, plain [C, pixels]: the very bits the network goes on with.
void noisy_of(const AnalogView& view, std::span<float> dst);

}  // namespace dpac
