/// @file
/// What a search found, for people.
#pragma once

#include <string>

#include "study/search/outcome.h"
#include "study/search/search_outcome.h"

namespace dpac::cli {

/// A table with a line per kind, and a sentence on what each came to.
std::string text_of(const SearchOutcome& result, const SearchUnits& units);

}  // namespace dpac::cli
