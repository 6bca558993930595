#include "loaders/images/prefetch.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/error.h"

using namespace dpac;

namespace {

/// Sample i: an image of `side` pixels of value i % 256, or something bad. Later samples of a batch load
/// faster, so that threads finish out of order.
class MadeUp final : public ImageDataset {
 public:
  explicit MadeUp(int64_t size, int channels = 1) : size_(size), channels_(channels) {}

  std::set<int64_t> broken;
  std::set<int64_t> wider;
  mutable std::atomic<int> loads = 0;

  [[nodiscard]] int64_t size() const override { return size_; }
  [[nodiscard]] int label(int64_t index) const override { return static_cast<int>(index % 10); }
  [[nodiscard]] int classes() const override { return 10; }
  [[nodiscard]] bool holds_files() const override { return false; }
  [[nodiscard]] DatasetReport report() const override { return {}; }
  [[nodiscard]] std::string name(int64_t index) const override {
    return "made-up[" + std::to_string(index) + "]";
  }
  [[nodiscard]] Image load(int64_t index) const override {
    ++loads;
    std::this_thread::sleep_for(std::chrono::microseconds(200 - index % 4 * 50));
    if (broken.contains(index)) throw Error(name(index) + ": broken");
    Image image{2, wider.contains(index) ? 3 : 2, channels_, {}};
    image.pixels.assign(static_cast<std::size_t>(image.height * image.width * channels_),
                        static_cast<uint8_t>(index));
    return image;
  }

 private:
  int64_t size_;
  int channels_;
};

std::vector<int64_t> all_of(const ImageDataset& dataset) {
  return evenly_spaced(dataset.size(), dataset.size());
}

/// Every value, label and index of a batch belongs to the samples it should hold.
void check_batch(const ImageBatch& batch, const std::vector<int64_t>& indices, std::size_t begin) {
  const auto n = static_cast<std::size_t>(batch.n);
  REQUIRE(batch.images.size() == n * 4);
  REQUIRE(batch.labels.size() == n);
  REQUIRE(batch.indices.size() == n);
  for (std::size_t i = 0; i < n; ++i) {
    CHECK(batch.indices[i] == indices[begin + i]);
    CHECK(batch.labels[i] == indices[begin + i] % 10);
    for (std::size_t p = 0; p < 4; ++p)
      CHECK(batch.images[4 * i + p] == static_cast<float>(indices[begin + i] % 256));
  }
}

std::string error_of(BatchReader& reader) {
  try {
    while (reader.next() != nullptr) continue;
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("batches come in order and whole, whatever the batch size and the number of threads") {
  const MadeUp dataset(103);
  for (const int threads : {1, 2, 7}) {
    for (const int size : {1, 5, 32, 103, 200}) {
      CAPTURE(threads);
      CAPTURE(size);
      const auto indices = evenly_spaced(103, 60);
      BatchReader reader(dataset, {}, 1, indices, size, threads);
      std::size_t begin = 0;
      while (const ImageBatch* batch = reader.next()) {
        CHECK(batch->n == std::min(size, 60 - static_cast<int>(begin)));
        check_batch(*batch, indices, begin);
        begin += static_cast<std::size_t>(batch->n);
      }
      CHECK(begin == 60);
      CHECK(reader.next() == nullptr);
    }
  }
}

TEST_CASE("the size of the images is known before the first batch") {
  const MadeUp dataset(3);
  CHECK(BatchReader(dataset, {}, 1, {2}, 1, 1).image_size() == ImageSize{2, 2});
  CHECK(BatchReader(dataset, {.crop = 5}, 1, {2}, 1, 1).image_size() == ImageSize{5, 5});
}

TEST_CASE("threads stop when the ring is full: memory does not grow with the data set") {
  const MadeUp dataset(1000);
  BatchReader reader(dataset, {}, 1, all_of(dataset), 3, 2);
  REQUIRE(reader.next() != nullptr);
  const int expected = 3 * BatchReader::kBatchesAhead + 1;  // One for the size, in the constructor.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  while (dataset.loads < expected && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));  // Time to go on, for threads that should not.
  CHECK(dataset.loads == expected);
}

TEST_CASE("a reader can be left at any time") {
  const MadeUp dataset(1000);
  for (int used = 0; used < 8; ++used) {
    BatchReader reader(dataset, {}, 1, all_of(dataset), 4, 3);
    for (int i = 0; i < used; ++i) CHECK(reader.next() != nullptr);
  }
  CHECK(dataset.loads < 1000);
}

TEST_CASE("the first broken sample in order is reported, after the batches before it, again and again") {
  MadeUp dataset(50);
  dataset.broken = {21, 23, 24};
  for (const int threads : {1, 4}) {
    BatchReader reader(dataset, {}, 1, all_of(dataset), 5, threads);
    for (int batch = 0; batch < 4; ++batch) CHECK(reader.next() != nullptr);
    for (int again = 0; again < 2; ++again) CHECK_THROWS_WITH_AS(reader.next(), "made-up[21]: broken", Error);
  }
}

TEST_CASE("a broken first sample is reported at once") {
  MadeUp dataset(5);
  dataset.broken = {0};
  CHECK_THROWS_WITH_AS(BatchReader(dataset, {}, 1, all_of(dataset), 5, 1), "made-up[0]: broken", Error);
}

TEST_CASE("images of two sizes are refused by name, unless a crop makes them one") {
  MadeUp dataset(9);
  dataset.wider = {7};
  BatchReader reader(dataset, {}, 1, all_of(dataset), 2, 2);
  CHECK(error_of(reader) ==
        "made-up[7]: expected 2 x 2 pixels like the first sample made-up[0], found 3 x 2; give all of them "
        "one size "
        "with --resize and --crop");
  BatchReader cropping(dataset, {.crop = 2}, 1, all_of(dataset), 2, 2);
  CHECK(error_of(cropping).empty());
}

TEST_CASE("a colour image for a grey network is refused by name") {
  const MadeUp dataset(2, 3);
  BatchReader reader(dataset, {}, 1, all_of(dataset), 2, 1);
  CHECK(error_of(reader) ==
        "made-up[0]: expected a grey image, for the network takes 1 channel, found colour");
}

TEST_CASE("senseless requests") {
  const MadeUp dataset(2);
  CHECK_THROWS_WITH_AS(BatchReader(dataset, {}, 1, {}, 2, 1),
                       "expected at least one sample to read, found none", Error);
  CHECK_THROWS_WITH_AS(BatchReader(dataset, {}, 1, {0}, 0, 1),
                       "expected a batch and a number of threads of at least 1, found 0 and 1", Error);
  CHECK_THROWS_WITH_AS(BatchReader(dataset, {}, 1, {0}, 1, 0),
                       "expected a batch and a number of threads of at least 1, found 1 and 0", Error);
}
