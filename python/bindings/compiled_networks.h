/// @file
/// One graph, compiled for what it was last called with.
#pragma once

#include <cstdint>
#include <list>
#include <optional>

#include "engine/graph/graph.h"
#include "engine/network.h"
#include "engine/poll.h"
#include "python/bindings/setting.h"

namespace dpac::python {

/// Whether values are shown to an observer.
enum class Observed { no, yes };

/// Keeps the kMost last used: each has weights of its own, laid out for its products.
class CompiledNetworks {
 public:
  static constexpr std::size_t kMost = 4;

  /// `poll` is that of all networks it compiles.
  CompiledNetworks(Graph graph, Poll poll);

  [[nodiscard]] const Graph& graph() const { return graph_; }

  /// Ready to run `samples` at a time, with the setting's noise. Valid until the next call. @throws Error as
  /// Network's constructor and set_noise() do.
  Network& get(int64_t samples, const Setting& setting, Observed observed);

 private:
  struct Entry {
    NetworkOptions options;  ///< What it was compiled with, all threads counted.
    Network network;
    std::optional<NoiseConfig> noise;  ///< What it has now.
  };

  Entry& compiled(const NetworkOptions& options);

  Graph graph_;
  Poll poll_;
  std::list<Entry> entries_;  // The last used first.
};

}  // namespace dpac::python
