/// @file
/// What every result's JSON begins with.
#pragma once

#include <string>

#include "study/support/json.h"

namespace dpac {

/// A result's keys that every command has; the command adds its own.
/// `options` is all that decides the result, defaults included. An empty hash is null in JSON: there is no
/// file.
Json result_json(const std::string& command, Json options, const std::string& weights_sha256, int threads);

}  // namespace dpac
