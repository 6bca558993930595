/// @file
/// What a network says about `--text`, for people.
#pragma once

#include <string>

#include "study/support/json.h"

namespace dpac::cli {

/// In lines, what answer_json() gave.
std::string answer_text(const Json& answer);

}  // namespace dpac::cli
