#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "loaders/images/prefetch.h"
#include "loaders/training_order.h"
#include "tests/support/images.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr uint64_t kSeed = 6;
constexpr int64_t kImages = 13;

/// Image i has 20 + i * `growth` rows, 30 columns and label i.
class Pictures final : public ImageDataset {
 public:
  explicit Pictures(int growth) : growth_(growth) {}

  [[nodiscard]] int64_t size() const override { return kImages; }
  [[nodiscard]] int label(int64_t index) const override { return static_cast<int>(index); }
  [[nodiscard]] int classes() const override { return kImages; }
  [[nodiscard]] bool holds_files() const override { return true; }
  [[nodiscard]] DatasetReport report() const override { return {}; }
  [[nodiscard]] std::string name(int64_t index) const override { return std::to_string(index); }
  [[nodiscard]] Image load(int64_t index) const override {
    Image image = made_up_image(20 + static_cast<int>(index) * growth_, 30, 3);
    image.pixels[0] = static_cast<uint8_t>(index);
    return image;
  }

 private:
  int growth_;
};

struct Reading {
  std::vector<int64_t> indices;
  std::vector<float> images;

  friend bool operator==(const Reading&, const Reading&) = default;

  void append(const Reading& later) {
    indices.insert(indices.end(), later.indices.begin(), later.indices.end());
    images.insert(images.end(), later.images.begin(), later.images.end());
  }
};

Reading read(const ImageDataset& dataset, const Preprocessing& how, Augmentation kind, int64_t first,
             int64_t count, int batch = 4, int threads = 1) {
  BatchReader reader(dataset, how, 3, training_order(kImages, kSeed, first, count), batch, threads,
                     {kind, kSeed, first});
  Reading all;
  while (const ImageBatch* next = reader.next()) {
    all.indices.insert(all.indices.end(), next->indices.begin(), next->indices.end());
    all.images.insert(all.images.end(), next->images.begin(), next->images.end());
    for (std::size_t i = 0; i < next->labels.size(); ++i) CHECK(next->labels[i] == next->indices[i]);
  }
  return all;
}

}  // namespace

TEST_CASE("training images do not depend on threads or batches") {
  const Pictures dataset(3);
  const Preprocessing how{.resize = 18, .crop = 16};
  for (const Augmentation kind : {Augmentation::resized_crop, Augmentation::shifted_crop}) {
    const Reading expected = read(dataset, how, kind, 0, 40);
    REQUIRE(expected.images.size() == 40 * 3 * 16 * 16);
    for (const int threads : {2, 7}) {
      for (const int batch : {1, 5, 64}) CHECK(read(dataset, how, kind, 0, 40, batch, threads) == expected);
    }
  }
}

TEST_CASE("a run that stops and resumes reads what one run reads") {
  const Pictures dataset(0);
  for (const Augmentation kind : {Augmentation::resized_crop, Augmentation::shifted_crop}) {
    const Reading expected = read(dataset, {}, kind, 0, 40);
    for (const int64_t stop : {1, 4, 13, 27, 39}) {
      Reading found = read(dataset, {}, kind, 0, stop, 4, 2);
      found.append(read(dataset, {}, kind, stop, 40 - stop, 4, 2));
      CHECK(found == expected);
    }
  }
}

TEST_CASE("a batch holds each sample's own variant, normalised") {
  const Pictures dataset(3);
  const Preprocessing how{.crop = 16, .mean = {1, 2, 3}, .std = {4, 5, 6}, .bgr = true};
  const int64_t first = 9;
  const Reading found = read(dataset, how, Augmentation::resized_crop, first, 20);
  constexpr std::size_t kFloats = 3 * 16 * 16;
  for (std::size_t i = 0; i < 20; ++i) {
    std::vector<float> expected(kFloats);
    normalise(random_resize_and_crop(dataset.load(found.indices[i]), how, Augmentation::resized_crop,
                                     {kSeed, first + i}),
              how, 3, expected);
    const auto begin = found.images.begin() + static_cast<std::ptrdiff_t>(i * kFloats);
    CHECK(std::equal(expected.begin(), expected.end(), begin));
  }
}

TEST_CASE("a sample that comes several times differs each time, and not without augmentation") {
  const Pictures dataset(0);
  const auto repeated = [&dataset](Augmentation kind) {
    BatchReader reader(dataset, {}, 3, {5, 5}, 2, 1, {kind, kSeed, 0});
    const ImageBatch* batch = reader.next();
    const std::size_t half = batch->images.size() / 2;
    const auto images = batch->images;
    return std::equal(images.begin(), images.begin() + static_cast<std::ptrdiff_t>(half),
                      images.begin() + static_cast<std::ptrdiff_t>(half));
  };
  CHECK_FALSE(repeated(Augmentation::resized_crop));
  CHECK_FALSE(repeated(Augmentation::shifted_crop));
  CHECK(repeated(Augmentation::none));
}

TEST_CASE(
    "images of several sizes need a crop with augmentation too, else their size would hang on the order") {
  const Pictures dataset(1);
  BatchReader reader(dataset, {}, 3, {2, 4}, 2, 1, {Augmentation::resized_crop, kSeed, 0});
  CHECK_THROWS_WITH_AS(reader.next(),
                       "4: expected 30 x 22 pixels like the first sample 2, found 30 x 24; give all of them "
                       "one size with --resize and --crop",
                       Error);
}
