#include "study/evaluation/prediction_files.h"

#include <algorithm>

#include <fmt/format.h>

#include "kernels/error.h"
#include "learn/loss.h"
#include "study/settings/setting_error.h"

namespace dpac {
namespace {

template <class Target>
std::string cell(std::span<const Target> targets, std::size_t sample) {
  return targets.empty() ? "" : fmt::format("{}", targets[sample]);
}

}  // namespace

PredictionFiles::PredictionFiles(const std::string& csv_path, const std::string& logits_path,
                                 const Graph& graph)
    : answer_(answer_of(graph)), outputs_(static_cast<std::size_t>(output_channels(graph))) {
  if (!csv_path.empty()) {
    csv_.emplace(csv_path);
    csv_->write(answer_ == Answer::classes ? "index,label,prediction,probability\n"
                                           : "index,score,prediction\n");
  }
  if (!logits_path.empty()) hdf5_.emplace(logits_path);
}

void PredictionFiles::add(const SampleBatch& batch, std::span<const float> logits) {
  samples_ += batch.n;
  inputs_ += static_cast<int64_t>(batch.samples.size());
  if (hdf5_) logits_.insert(logits_.end(), logits.begin(), logits.end());
  if (!csv_) return;
  const std::size_t size = logits.size() / batch.indices.size();
  if (answer_ == Answer::embedding && size == outputs_) {
    throw SettingError(
        "--predictions is for classes, scores and pairs of sentences, but these are embeddings of "
        "single ones: --logits writes them");
  }
  for (std::size_t i = 0; i < batch.indices.size(); ++i) {
    csv_->write(row(batch, i, logits.subspan(i * size, size)));
  }
}

std::string PredictionFiles::row(const SampleBatch& batch, std::size_t sample,
                                 std::span<const float> logits) const {
  const int64_t index = batch.indices[sample];
  if (answer_ == Answer::classes) {
    const auto top = std::max_element(logits.begin(), logits.end()) - logits.begin();
    std::vector<double> probabilities(logits.size());
    softmax(logits, probabilities);
    return fmt::format("{},{},{},{:.6f}\n", index, cell(batch.targets.labels, sample), top,
                       probabilities[static_cast<std::size_t>(top)]);
  }
  return fmt::format("{},{},{:.6g}\n", index, cell(batch.targets.scores, sample), score_of(logits, answer_));
}

void PredictionFiles::commit() {
  if (csv_) csv_->commit();
  if (!hdf5_) return;
  const auto outputs = static_cast<int64_t>(outputs_);
  Shape shape{samples_, outputs};
  if (inputs_ != samples_) shape = {samples_, inputs_ / samples_, outputs};
  hdf5_->write_floats("logits", shape, logits_);
  hdf5_->commit();
}

}  // namespace dpac
