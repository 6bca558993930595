/// @file
/// Which network is meant, how it is built, and how it is run.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "engine/poll.h"
#include "engine/tensor.h"
#include "kernels/api.h"
#include "study/support/progress.h"

namespace dpac {

struct OpenedNetwork;

struct DPAC_API ModelSettings {
  std::string weights = {};  ///< A file or folder, in any of the formats that open_checkpoint() knows.
  /// In the place of weights: the name of an architecture, which gets random ones (dpac bench --help lists
  /// the names). Its results mean nothing; its cost does.
  std::optional<std::string> network = {};
  std::optional<Shape> input_size = {};       ///< [H, W].
  std::optional<std::string> stride_in = {};  ///< "3x3" or "1x1".
  bool no_head = false;
  std::string config = {};  ///< A config.json; empty for what lies beside the weights.
  std::optional<int64_t> heads = {}, max_length = {};
  /// Of these weights, built with these settings: it is not opened again. Null where it is not open.
  std::shared_ptr<const OpenedNetwork> opened = {};

  /// The weights' path, or the architecture's name: what messages call the network.
  [[nodiscard]] const std::string& called() const { return network ? *network : weights; }

  /// Of the longest sequence, for a network with that many position embeddings. @throws Error if it has fewer
  /// than were asked for.
  [[nodiscard]] int64_t max_length_in_force(int64_t positions) const;

  /// Name of a setting of these that was given; null for none.
  [[nodiscard]] const char* given() const;

  /// @throws SettingError for what only a network of the other kind has.
  void check(bool reads_text) const;
};

/// How it is computed, and who is told. Never changes a result's bits.
struct RunSettings {
  int64_t batch = 16;          ///< Samples per run.
  int threads = 0;             ///< 0: all that OpenMP gives.
  WorkCallback progress = {};  ///< Told how far work has come; empty for nobody.
  Poll poll = {};              ///< Ends the work by what it throws: Interrupted, where it is to be resumed.
};

}  // namespace dpac
