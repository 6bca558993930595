/// @file
/// A data set that a network can be run on, whether it holds images or text.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/graph/graph.h"
#include "loaders/images/sample_maker.h"
#include "study/data/sample_reader.h"
#include "study/support/remarks.h"

namespace dpac {

class Json;

/// What a data set says about a sample.
enum class TargetKind { none, label, score };

/// How samples are read.
struct Reading {
  int64_t batch = 1;  ///< Samples of a batch; the last may have fewer.
  int threads = 1;
  AugmentedDraws draws = {};  ///< Text has no augmentation.
};

class DataSource {
 public:
  DataSource() = default;
  DataSource(const DataSource&) = delete;
  DataSource& operator=(const DataSource&) = delete;
  virtual ~DataSource() = default;

  /// Number of samples, at least 1.
  [[nodiscard]] virtual int64_t size() const = 0;

  /// Of the sample with an index of SampleBatch::indices, for messages.
  [[nodiscard]] virtual std::string name(int64_t index) const = 0;

  [[nodiscard]] virtual TargetKind targets() const = 0;

  /// @throws Error if a label is none of the network's classes, or the data's classes cannot be the
  /// network's.
  virtual void check_labels(int64_t classes) const = 0;

  /// Samples by their positions in the data set, as the graph takes them. The source must outlive the reader.
  [[nodiscard]] virtual std::unique_ptr<SampleReader> read(const Graph& graph, std::vector<int64_t> samples,
                                                           const Reading& how) const = 0;

  /// Names of the network's outputs, as labels were read by them; empty where none are known.
  [[nodiscard]] virtual std::vector<std::string> class_names() const { return {}; }

  /// How many of the samples were cut to what the network takes; none for images, of which none is.
  [[nodiscard]] virtual std::optional<int64_t> truncated(const std::vector<int64_t>&) const {
    return std::nullopt;
  }

  /// What is done to a sample before the network: for people, and to see whether two are the same.
  [[nodiscard]] virtual std::string preprocessing() const = 0;

  /// The augmentation that goes with the preprocessing.
  [[nodiscard]] virtual Augmentation augmentation() const { return Augmentation::none; }

  /// All that decides what is read, defaults included, under the names of the program's options.
  virtual void write(Json& json) const = 0;

  /// What was chosen, assumed and left out in opening it.
  virtual void add_remarks(Remarks& remarks) const = 0;
};

/// @throws Error naming the sample unless its label is one of the network's classes.
void check_label(const DataSource& data, int64_t index, int label, int64_t classes);

}  // namespace dpac
