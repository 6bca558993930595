#include "study/support/version.h"

namespace dpac {

std::string version() {
  return DPAC_VERSION;
}

}  // namespace dpac
