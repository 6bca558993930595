#include "study/support/machine.h"

#include <fstream>
#include <sys/resource.h>

#include <omp.h>

#include "engine/onednn/onednn.h"
#include "kernels/isa.h"

namespace dpac {

int thread_count(int requested) {
  return requested > 0 ? requested : omp_get_max_threads();
}

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("model name")) continue;
    const std::size_t colon = line.find(": ");
    if (colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

int64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return int64_t{usage.ru_maxrss} * 1024;  // Linux counts in KiB.
}

Json machine_json(int threads) {
  return {
      {"cpu", cpu_name()}, {"isa", name(active_isa())}, {"threads", threads}, {"onednn", onednn::version()}};
}

}  // namespace dpac
