/// @file
/// What a network said about every sample, for other programs: `--predictions` and `--logits`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cli/support/atomic_file.h"
#include "loaders/hdf5_writer.h"

namespace dpac::cli {

/// Collects logits batch by batch and writes a CSV file (index, label, prediction and its softmax
/// probability) and an HDF5 file (`/logits`, float32 [samples, classes], in the order of the samples). An
/// empty path leaves a file out.
class PredictionFiles {
 public:
  /// @throws Error at once where a file cannot be created, not after an hour of evaluation.
  PredictionFiles(const std::string& csv_path, const std::string& logits_path, int64_t classes);

  /// `logits` is [n, classes] for n samples with their indices in the data set and labels.
  void add(std::span<const int64_t> indices, std::span<const int> labels, std::span<const float> logits);

  /// @throws Error if a file cannot be written.
  void commit();

 private:
  std::size_t classes_;
  std::optional<AtomicFile> csv_;
  std::optional<Hdf5Writer> hdf5_;
  std::vector<float> logits_;  ///< All of them, where hdf5_ is.
};

}  // namespace dpac::cli
