/// @file
/// How a poll ends work that is to be resumed.
#pragma once

#include <string>

#include "kernels/api.h"

namespace dpac {

/// What a Poll throws where its caller wants no more, for a signal's sake for instance. Not an Error. What a
/// folder keeps of the work is saved before the exception goes on.
struct DPAC_API Interrupted {
  std::string how_to_go_on = {};  ///< A sentence; empty where the work starts again from its beginning.
};

}  // namespace dpac
