/// @file
/// What a network said about every sample, for other programs: `--predictions` and `--logits`.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "study/data/answer.h"
#include "study/data/sample_reader.h"
#include "study/support/atomic_file.h"

namespace dpac {

/// Collects logits batch by batch and writes a CSV file (index, label, prediction and its softmax
/// probability; of scores and pairs of embeddings index, score, prediction) and an HDF5 file (`/logits`,
/// float32 [samples, classes], of pairs of embeddings [samples, 2, features], in the order of the samples).
/// What the data do not say is empty. An empty path leaves a file out.
class PredictionFiles {
 public:
  /// @throws Error at once where a file cannot be created, not after an hour of evaluation.
  PredictionFiles(const std::string& csv_path, const std::string& logits_path, const Graph& graph);

  /// `logits` is [inputs of the batch, classes].
  void add(const SampleBatch& batch, std::span<const float> logits);

  /// @throws Error if a file cannot be written.
  void commit();

 private:
  [[nodiscard]] std::string row(const SampleBatch& batch, std::size_t sample,
                                std::span<const float> logits) const;

  Answer answer_;
  std::size_t outputs_;
  int64_t samples_ = 0, inputs_ = 0;
  std::optional<AtomicFile> csv_;
  std::optional<Hdf5Writer> hdf5_;
  std::vector<float> logits_;  ///< All of them, where hdf5_ is.
};

}  // namespace dpac
