/// @file
/// Keeps what an observed network shows of some layers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "engine/network.h"
#include "engine/observer.h"
#include "engine/trace/trace_layout.h"

namespace dpac {

/// Splits layers into groups of neighbours whose recorded values for `samples` samples fit a fixed budget of
/// memory; a layer that alone exceeds it is a group of its own. `tokens` of the longest sequence.
std::vector<std::vector<std::size_t>> groups_of(const Network& network,
                                                const std::vector<std::size_t>& layers, int64_t samples,
                                                int64_t tokens);

/// Records some layers of one run. Buffers are made beforehand and every sample has its own part of them, so
/// that several threads may record at once.
class TraceRecorder : public Observer {
 public:
  /// `layers` are positions in Network::layers(), `samples` the indices of the run, in order; `tokens` those
  /// of the longest sequence.
  TraceRecorder(const Network& network, std::span<const std::size_t> layers, std::span<const int64_t> samples,
                int64_t tokens);

  void analog(const AnalogView& view) override;

  /// What was recorded, float32 [samples, ...] as trace_layout.h says, with its name. The values may be moved
  /// out.
  using Visitor =
      std::function<void(const std::string& name, const Shape& shape, std::vector<float>& values)>;

  /// Visits `<layer>/input`, `pre`, `sigma` and `noisy` of every layer.
  void visit(const Visitor& visitor);

 private:
  /// Of one layer.
  struct Record {
    std::string name;
    TraceLayout input_layout, output_layout;
    std::vector<float> input, pre, sigma, noisy;
  };

  std::size_t samples_;
  std::unordered_map<int, Record> records_;            ///< By layer.
  std::unordered_map<int64_t, std::size_t> position_;  ///< Of a sample in the run.
};

}  // namespace dpac
