#include "loaders/images/prefetch.h"

#include <algorithm>
#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include <fmt/format.h>

#include "engine/tensor.h"
#include "kernels/error.h"

namespace dpac {

/// Batch b lives in slot b % kBatchesAhead. The threads take samples one by one and in order, so that a batch
/// is never held up by a later one.
class BatchReader::Ring {
 public:
  Ring(SampleMaker maker, int batch, int threads)
      : maker_(std::move(maker)), per_batch_(batch), image_floats_(maker_.image_floats()) {
    if (batch < 1 || threads < 1) {
      throw Error(fmt::format("expected a batch and a number of threads of at least 1, found {} and {}",
                              batch, threads));
    }
    const auto count = static_cast<std::size_t>(std::min(per_batch_, samples()));
    for (Slot& slot : slots_) slot = Slot(count, image_floats_);
    for (int t = 0; t < threads; ++t) {
      threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
  }

  [[nodiscard]] ImageSize image_size() const { return maker_.image_size(); }

  const ImageBatch* next() {
    std::unique_lock lock(mutex_);
    if (lent_) give_back();
    if (current_ * per_batch_ >= samples()) return nullptr;
    Slot& slot = slot_of(current_);
    const int64_t begin = current_ * per_batch_;
    const int64_t count = std::min(per_batch_, samples() - begin);
    ready_.wait(lock, [&] { return slot.done == count; });
    if (slot.error) std::rethrow_exception(slot.error);
    const auto n = static_cast<std::size_t>(count);
    slot.batch = {{slot.images.data(), n * image_floats_},
                  std::span(slot.labels).first(n),
                  std::span(maker_.indices()).subspan(static_cast<std::size_t>(begin), n),
                  static_cast<int>(count)};
    lent_ = true;
    return &slot.batch;
  }

 private:
  struct Slot {
    Slot() = default;
    Slot(std::size_t count, std::size_t image_floats) : images(count * image_floats), labels(count) {}

    AlignedFloats images;
    std::vector<int> labels;
    int64_t done = 0;  // Samples finished, well or not.
    std::exception_ptr error;
    int64_t failed = 0;  // Position of the sample that `error` is about.
    ImageBatch batch;
  };

  [[nodiscard]] int64_t samples() const { return static_cast<int64_t>(maker_.indices().size()); }
  Slot& slot_of(int64_t batch) { return slots_[static_cast<std::size_t>(batch % kBatchesAhead)]; }

  void give_back() {
    slot_of(current_).done = 0;
    ++current_;
    lent_ = false;
    room_.notify_all();
  }

  /// One background thread.
  void work(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (begun_ < samples()) {
      const auto room = [this] {
        return begun_ >= samples() || begun_ / per_batch_ < current_ + kBatchesAhead;
      };
      if (!room_.wait(lock, stop, room) || begun_ >= samples()) return;
      const int64_t position = begun_++;
      lock.unlock();
      const std::exception_ptr error = fill(position);
      lock.lock();
      finish(position, error);
      if (stop.stop_requested()) return;
    }
  }

  /// Null if all went well.
  std::exception_ptr fill(int64_t position) {
    try {
      Slot& slot = slot_of(position / per_batch_);
      const auto place = static_cast<std::size_t>(position % per_batch_);
      slot.labels[place] = maker_.label(static_cast<std::size_t>(position));
      maker_.make(static_cast<std::size_t>(position),
                  {slot.images.data() + place * image_floats_, image_floats_});
      return nullptr;
    } catch (...) {
      return std::current_exception();
    }
  }

  void finish(int64_t position, const std::exception_ptr& error) {
    Slot& slot = slot_of(position / per_batch_);
    // The first in order counts, not the first in time: the message must not depend on the threads.
    if (error && (!slot.error || position < slot.failed)) {
      slot.error = error;
      slot.failed = position;
    }
    ++slot.done;
    ready_.notify_one();
  }

  const SampleMaker maker_;
  const int64_t per_batch_;
  const std::size_t image_floats_;

  std::mutex mutex_;  // Guards what follows, but for the samples in the slots that a thread has begun.
  std::condition_variable ready_;
  std::condition_variable_any room_;
  std::array<Slot, kBatchesAhead> slots_;
  int64_t begun_ = 0;    // Samples that threads have taken.
  int64_t current_ = 0;  // The batch that next() gave last or gives next.
  bool lent_ = false;    // next() gave it.

  std::vector<std::jthread> threads_;  // Last: they end before anything they use.
};

BatchReader::BatchReader(const ImageDataset& dataset, const Preprocessing& how, int channels,
                         std::vector<int64_t> indices, int batch, int threads, const AugmentedDraws& draws)
    : ring_(std::make_unique<Ring>(SampleMaker(dataset, how, channels, std::move(indices), draws), batch,
                                   threads)) {}

BatchReader::~BatchReader() = default;

ImageSize BatchReader::image_size() const {
  return ring_->image_size();
}

const ImageBatch* BatchReader::next() {
  return ring_->next();
}

}  // namespace dpac
