#include "study/data/array_source.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "study/support/json.h"

namespace dpac {
namespace {

class ArrayReader final : public SampleReader {
 public:
  ArrayReader(const ImageArrays& arrays, std::vector<int64_t> samples, int64_t batch)
      : arrays_(arrays),
        samples_(std::move(samples)),
        size_(static_cast<std::size_t>(batch)),
        image_(static_cast<std::size_t>(arrays.shape.channels * arrays.shape.pixels())),
        images_(size_ * image_) {}

  const SampleBatch* next() override {
    const std::size_t n = std::min(size_, samples_.size() - next_);
    if (n == 0) return nullptr;
    const std::span<const int64_t> indices = std::span<const int64_t>(samples_).subspan(next_, n);
    labels_.clear();
    for (std::size_t i = 0; i < n; ++i) {
      const int64_t index = indices[i];
      arrays_.load(index, std::span(images_).subspan(i * image_, image_));
      if (!arrays_.labels.empty()) labels_.push_back(arrays_.labels[static_cast<std::size_t>(index)]);
    }
    next_ += n;
    batch_ = {.inputs = std::span<const float>(images_).first(n * image_),
              .samples = indices,
              .indices = indices,
              .targets = labels_.empty() ? Targets{} : Targets{.labels = labels_},
              .n = static_cast<int64_t>(n)};
    return &batch_;
  }

 private:
  const ImageArrays& arrays_;
  std::vector<int64_t> samples_;
  std::size_t size_, image_, next_ = 0;
  std::vector<float> images_;
  std::vector<int> labels_;
  SampleBatch batch_;
};

}  // namespace

ArraySource::ArraySource(std::shared_ptr<const ImageArrays> arrays) : arrays_(std::move(arrays)) {
  arrays_->check();
}

std::string ArraySource::name(int64_t index) const {
  return fmt::format("{}[{}]", arrays_->name, index);
}

TargetKind ArraySource::targets() const {
  return arrays_->labels.empty() ? TargetKind::none : TargetKind::label;
}

void ArraySource::check_labels(int64_t classes) const {
  for (std::size_t i = 0; i < arrays_->labels.size(); ++i)
    check_label(*this, static_cast<int64_t>(i), arrays_->labels[i], classes);
}

void ArraySource::fit(const Graph& graph) const {
  if (const MapShape input = input_shape(graph); input != arrays_->shape) {
    throw Error(fmt::format("{}: an image has the shape {} (channels, height, width), the network takes {}",
                            arrays_->name, to_string(arrays_->shape), to_string(input)));
  }
}

std::unique_ptr<SampleReader> ArraySource::read(const Graph& graph, std::vector<int64_t> samples,
                                                const Reading& how) const {
  assert(input_shape(graph) == arrays_->shape);
  (void)graph;
  return std::make_unique<ArrayReader>(*arrays_, std::move(samples), how.batch);
}

void ArraySource::write(Json& json) const {
  json["data"] = arrays_->name;
  json["preset"] = nullptr;
}

}  // namespace dpac
