#include "loaders/images/shifted_labels.h"

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/images/label.h"

namespace dpac {
namespace {

class ShiftedLabels final : public ImageDataset {
 public:
  ShiftedLabels(std::unique_ptr<ImageDataset> inner, int offset) : inner_(std::move(inner)), offset_(offset) {
    for (int64_t i = 0; i < size(); ++i) {
      const int64_t shifted = int64_t{inner_->label(i)} + offset_;
      if (shifted >= 0 && shifted <= kMaxLabel) continue;
      throw Error(fmt::format("{}: its class {} shifted by --label-offset {} is {}, expected 0 to {}",
                              inner_->name(i), inner_->label(i), offset_, shifted, kMaxLabel));
    }
  }

  [[nodiscard]] int64_t size() const override { return inner_->size(); }
  [[nodiscard]] int label(int64_t index) const override { return inner_->label(index) + offset_; }
  [[nodiscard]] int classes() const override { return inner_->classes() + offset_; }
  [[nodiscard]] Image load(int64_t index) const override { return inner_->load(index); }
  [[nodiscard]] std::string name(int64_t index) const override { return inner_->name(index); }
  [[nodiscard]] bool holds_files() const override { return inner_->holds_files(); }
  [[nodiscard]] DatasetReport report() const override { return inner_->report(); }

 private:
  std::unique_ptr<ImageDataset> inner_;
  int offset_;
};

}  // namespace

std::unique_ptr<ImageDataset> shift_labels(std::unique_ptr<ImageDataset> dataset, int offset) {
  return std::make_unique<ShiftedLabels>(std::move(dataset), offset);
}

}  // namespace dpac
