/// @file
/// What omp_get_max_threads() gives for a while.
#pragma once

#include <omp.h>

namespace dpac {

/// oneDNN plans and runs its work for the number of threads that OpenMP would give.
class ThreadScope {
 public:
  explicit ThreadScope(int threads) : before_(omp_get_max_threads()) { omp_set_num_threads(threads); }
  ~ThreadScope() { omp_set_num_threads(before_); }
  ThreadScope(const ThreadScope&) = delete;
  ThreadScope& operator=(const ThreadScope&) = delete;

 private:
  int before_;
};

}  // namespace dpac
