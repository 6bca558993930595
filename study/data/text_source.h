/// @file
/// Text as a data source.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "loaders/text/encoded_texts.h"
#include "study/data/data_source.h"
#include "study/settings/data_settings.h"
#include "study/settings/model_settings.h"

namespace dpac {

/// Gives the outputs of a network that classifies text the names of `--classes`, if that was given.
/// @throws SettingError unless they can be its classes, in the task's terms where there is a task.
void name_classes(const TextSettings& settings, Graph& graph);

class TextSource final : public DataSource {
 public:
  /// A file or sentences, for the network in `graph`. `poll` may end encoding them.
  /// @throws Error naming the file. @throws SettingError
  TextSource(DataSettings settings, const ModelSettings& model, const Graph& graph, Poll poll);

  /// Of the samples' sequences, padding included. Encodes them.
  [[nodiscard]] TokenLengths lengths(const std::vector<int64_t>& samples, int threads) const;

  [[nodiscard]] int64_t size() const override { return texts_->texts().size(); }
  [[nodiscard]] std::string name(int64_t index) const override;
  [[nodiscard]] TargetKind targets() const override;
  void check_labels(int64_t) const override {}  // The data set was opened with them.
  [[nodiscard]] std::unique_ptr<SampleReader> read(const Graph& graph, std::vector<int64_t> samples,
                                                   const Reading& how) const override;
  [[nodiscard]] std::vector<std::string> class_names() const override;
  [[nodiscard]] std::optional<int64_t> truncated(const std::vector<int64_t>& samples) const override;
  [[nodiscard]] std::string preprocessing() const override;
  void write(Json& json) const override;
  void add_remarks(Remarks& remarks) const override;

 private:
  DataSettings settings_;
  std::string vocabulary_, vocabulary_notice_;
  int64_t max_length_;
  bool scores_;  // Targets are scores, where there are any.
  std::unique_ptr<EncodedTexts> texts_;
};

}  // namespace dpac
