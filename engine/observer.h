/// @file
/// A look at the analog operations of a running network.
#pragma once

#include <cstdint>
#include <span>

#include "engine/graph.h"
#include "kernels/analog_epilogue.h"

namespace dpac {

/// One analog operation on one sample, between its product and its noise. Pointers are valid during the call only.
struct AnalogView {
  int layer = 0;                      ///< Position in analog_layers().
  int64_t sample = 0;                 ///< Index in the data set.
  const float* input = nullptr;       ///< The operation's input; plain [C, H, W] for the first layer, else blocked.
  bool plain_input = false;
  BlockedMap input_map;
  const float* pre_activation = nullptr;  ///< Blocked, without this layer's own noise.
  AnalogEpilogue epilogue;                ///< Gains and scales of this layer, for all of its pixels.
  NoiseKey key;
};

class Observer {
 public:
  virtual ~Observer() = default;
  /// May be called from several threads at once, for different samples.
  virtual void analog(const AnalogView& view) = 0;
};

/// dst[c][p] <- src, from channel blocks to plain order.
void to_plain(const BlockedMap& map, const float* src, std::span<float> dst);

/// sigma of every element, plain [C, pixels].
void sigma_of(const AnalogView& view, std::span<float> dst);

/// The noisy pre-activation before ReLU, plain [C, pixels]: the very bits the network goes on with.
void noisy_of(const AnalogView& view, std::span<float> dst);

}  // namespace dpac
