#include "loaders/images/array_h5.h"

#include <algorithm>
#include <memory>
#include <mutex>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/checked_size.h"
#include "loaders/images/label.h"

namespace dpac {
namespace {

constexpr int64_t kBlockBytes = 4 << 20;

/// Size of one image, if that is what `images` holds.
struct Layout {
  int height;
  int width;
  int channels;
  [[nodiscard]] int64_t bytes() const { return int64_t{height} * width * channels; }
};

Layout layout_of(const Hdf5Dataset& images, const std::string& where) {
  const Shape& shape = images.shape();
  const bool grey = shape.size() == 3 || (shape.size() == 4 && shape[3] == 1);
  const bool colour = shape.size() == 4 && shape[3] == 3;
  if (images.kind() != ElementKind::integer || images.element_bytes() != 1 || !(grey || colour)) {
    throw Error(
        fmt::format("{}: expected uint8 [N, H, W, 3], [N, H, W, 1] or [N, H, W], found {} of {}-byte {}",
                    where, to_string(shape), images.element_bytes(),
                    images.kind() == ElementKind::integer ? "integers" : "elements that are no integers"));
  }
  const auto pixels = checked_bytes({shape[1], shape[2]}, 1);
  if (!checked_bytes(shape, 1) || shape[0] == 0 || *pixels == 0 || *pixels > kMaxImagePixels) {
    throw Error(fmt::format("{}: expected at least one image of 1 to {} pixels, found {}", where,
                            kMaxImagePixels, to_string(shape)));
  }
  return {static_cast<int>(shape[1]), static_cast<int>(shape[2]), colour ? 3 : 1};
}

std::vector<int> read_labels(const Hdf5Dataset& labels, int64_t count, const std::string& where) {
  const Shape& shape = labels.shape();
  const bool column = shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
  if (!column || shape[0] != count) {
    throw Error(fmt::format("{}: expected one label for each of the {} images, found {}", where, count,
                            to_string(shape)));
  }
  std::vector<int> out;
  for (const int64_t label : labels.read_integers()) {
    if (label < 0 || label > kMaxLabel) {
      throw Error(fmt::format("{}: expected labels from 0 to {}, found {} at index {}", where, kMaxLabel,
                              label, out.size()));
    }
    out.push_back(static_cast<int>(label));
  }
  return out;
}

class ArrayDataset final : public ImageDataset {
 public:
  ArrayDataset(std::string name, Hdf5Dataset images, const Hdf5Dataset& labels)
      : name_(std::move(name)),
        images_(std::move(images)),
        layout_(layout_of(images_, fmt::format("{}: dataset 'images'", name_))),
        labels_(read_labels(labels, size(), fmt::format("{}: dataset 'labels'", name_))),
        classes_(*std::max_element(labels_.begin(), labels_.end()) + 1),
        per_block_(std::max<int64_t>(1, kBlockBytes / layout_.bytes())) {}

  [[nodiscard]] int64_t size() const override { return images_.shape()[0]; }
  [[nodiscard]] int label(int64_t index) const override {
    return labels_.at(static_cast<std::size_t>(index));
  }
  [[nodiscard]] int classes() const override { return classes_; }
  [[nodiscard]] bool holds_files() const override { return false; }
  [[nodiscard]] DatasetReport report() const override { return {.path = name_}; }
  [[nodiscard]] std::string name(int64_t index) const override { return fmt::format("{}[{}]", name_, index); }

  [[nodiscard]] Image load(int64_t index) const override {
    const std::shared_ptr<const Block> block = block_with(index);
    const uint8_t* begin = block->pixels.data() + (index - block->begin) * layout_.bytes();
    return {layout_.height, layout_.width, layout_.channels,
            std::vector<uint8_t>(begin, begin + layout_.bytes())};
  }

 private:
  struct Block {
    int64_t begin;
    std::vector<uint8_t> pixels;
  };

  /// Keeps the block read last: neighbours are asked for next, and a compressed chunk may hold many images.
  [[nodiscard]] std::shared_ptr<const Block> block_with(int64_t index) const {
    const int64_t begin = index / per_block_ * per_block_;
    const std::scoped_lock lock(mutex_);
    if (!last_ || last_->begin != begin) {
      const int64_t end = std::min(size(), begin + per_block_);
      last_ = std::make_shared<const Block>(Block{begin, images_.read_bytes(begin, end)});
    }
    return last_;
  }

  std::string name_;
  Hdf5Dataset images_;
  Layout layout_;
  std::vector<int> labels_;
  int classes_;
  int64_t per_block_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const Block> last_;
};

Hdf5Dataset required(const Hdf5File& file, std::string_view path) {
  if (file.has_dataset(path)) return file.dataset(path);
  throw Error(
      fmt::format("{}: expected the datasets 'images' and 'labels', found no '{}'", file.name(), path));
}

}  // namespace

std::unique_ptr<ImageDataset> open_array_dataset(const Hdf5File& file) {
  return std::make_unique<ArrayDataset>(file.name(), required(file, "images"), required(file, "labels"));
}

}  // namespace dpac
