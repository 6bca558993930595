#include "cli/prediction_files.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace dpac::cli {
namespace {

/// Softmax of the largest logit: 1 / sum exp(l - max), which cannot overflow.
double top_probability(std::span<const float> logits, float largest) {
  double sum = 0;
  for (const float l : logits) sum += std::exp(static_cast<double>(l) - largest);
  return 1 / sum;
}

}  // namespace

PredictionFiles::PredictionFiles(const std::string& csv_path, const std::string& logits_path, int64_t classes)
    : classes_(static_cast<std::size_t>(classes)) {
  if (!csv_path.empty()) {
    csv_.emplace(csv_path);
    csv_->write("index,label,prediction,probability\n");
  }
  if (!logits_path.empty()) hdf5_.emplace(logits_path);
}

void PredictionFiles::add(std::span<const int64_t> indices, std::span<const int> labels,
                          std::span<const float> logits) {
  if (hdf5_) logits_.insert(logits_.end(), logits.begin(), logits.end());
  if (!csv_) return;
  for (std::size_t i = 0; i < indices.size(); ++i) {
    const auto own = logits.subspan(i * classes_, classes_);
    const auto top = std::max_element(own.begin(), own.end());
    csv_->write(fmt::format("{},{},{},{:.6f}\n", indices[i], labels[i], top - own.begin(),
                            top_probability(own, *top)));
  }
}

void PredictionFiles::commit() {
  if (csv_) csv_->commit();
  if (!hdf5_) return;
  const Shape shape{static_cast<int64_t>(logits_.size() / classes_), static_cast<int64_t>(classes_)};
  hdf5_->write_floats("logits", shape, logits_);
  hdf5_->commit();
}

}  // namespace dpac::cli
