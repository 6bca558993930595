/// @file
/// Keeps what an observed network shows of some layers.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "engine/network.h"
#include "engine/observer.h"
#include "loaders/hdf5_writer.h"

namespace dpac::cli {

/// Splits layers into groups of neighbours whose recorded values for `samples` samples fit a fixed budget of
/// memory; a layer that alone exceeds it is a group of its own.
std::vector<std::vector<std::size_t>> groups_of(const Network& network,
                                                const std::vector<std::size_t>& layers, int64_t samples);

/// Records some layers of one run. Buffers are made beforehand and every sample has its own part of them, so
/// that several threads may record at once.
class TraceRecorder : public Observer {
 public:
  /// `layers` are positions in Network::layers(), `samples` the indices of the run, in order.
  TraceRecorder(const Network& network, std::span<const std::size_t> layers,
                std::span<const int64_t> samples);

  void analog(const AnalogView& view) override;

  /// `/<layer>/input`, `pre`, `sigma` and `noisy`, float32 [n, C, H, W], or [n, features] of a fully
  /// connected layer.
  void write(Hdf5Writer& file) const;

 private:
  /// [n, values of one sample] of one layer.
  struct Record {
    std::string name;
    Shape input_shape, output_shape;
    std::vector<float> input, pre, sigma, noisy;
  };

  std::unordered_map<int, Record> records_;            ///< By layer.
  std::unordered_map<int64_t, std::size_t> position_;  ///< Of a sample in the run.
};

}  // namespace dpac::cli
