/// @file
/// Independent tasks over a number of threads, and how a list of samples becomes tasks.
#pragma once

#include <algorithm>
#include <atomic>
#include <cassert>
#include <cstdint>
#include <exception>

#include <omp.h>

namespace dpac {

/// Calls task(lane, t) for t = 0 ... tasks - 1, each once, by as many threads as there are lanes; a thread
/// takes the next task when it is done with one. @throws what a task threw, after the others have ended.
template <class Task>
void run_tasks(int lanes, int64_t tasks, const Task& task) {
  assert(lanes >= 1);
  std::atomic<int64_t> next{0};
  std::exception_ptr failure;
  const auto work = [&](int lane) {
    try {
      for (int64_t t = next++; t < tasks; t = next++) task(lane, t);
    } catch (...) {
      next = tasks;
#pragma omp critical(dpac_lane_failure)
      failure = std::current_exception();
    }
  };
  if (lanes == 1) {
    work(0);
  } else {
#pragma omp parallel num_threads(lanes)
    work(omp_get_thread_num());
  }
  if (failure) std::rethrow_exception(failure);
}

/// How a batch is spread: samples over threads where there are enough of them, else operations over threads.
struct Spread {
  int lanes = 1;         ///< Chunks at work at the same time.
  int64_t together = 1;  ///< Samples of a chunk: enough to use a layer's weights several times while they are
                         ///< in the cache, few enough for the activations to stay there too.
  int threads_per_lane = 1;
};

/// Each sample is one thread's.
inline Spread spread(int64_t batch, int threads) {
  assert(batch >= 1 && threads >= 1);
  constexpr int64_t kMostTogether = 4;
  const int64_t lanes = std::min<int64_t>(threads, batch);
  return {static_cast<int>(lanes), std::clamp<int64_t>(batch / lanes, 1, kMostTogether)};
}

/// Samples in chunks of a fixed size, then one by one.
class Chunks {
 public:
  Chunks(int64_t samples, int64_t size)
      : size_(size), chunks_(samples / size), tasks_(chunks_ + samples % size) {
    assert(samples >= 0 && size >= 1);
  }

  [[nodiscard]] int64_t tasks() const { return tasks_; }
  [[nodiscard]] bool whole(int64_t task) const { return task < chunks_; }

  /// The first sample of a task.
  [[nodiscard]] int64_t first(int64_t task) const {
    assert(task >= 0 && task < tasks_);
    return whole(task) ? task * size_ : chunks_ * size_ + (task - chunks_);
  }

 private:
  int64_t size_, chunks_, tasks_;
};

}  // namespace dpac
