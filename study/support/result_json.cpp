#include "study/support/result_json.h"

#include <utility>

#include "kernels/noise_key.h"
#include "study/support/machine.h"
#include "study/support/version.h"

namespace dpac {

Json result_json(const std::string& command, Json options, const std::string& weights_sha256, int threads) {
  return {{"command", command},
          {"version", version()},
          {"options", std::move(options)},
          {"weights_sha256", or_null(weights_sha256)},
          {"noise_stream", kStreamVersion},
          {"machine", machine_json(threads)}};
}

}  // namespace dpac
