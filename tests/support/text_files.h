/// @file
/// Text data sets written and read at once.
#pragma once

#include <string>
#include <vector>

#include "loaders/text/text_dataset.h"

namespace dpac::test {

using Lines = std::vector<std::string>;

/// Writes a file and opens it; each sample as "first|second>target", without what it has not.
Lines text_samples(const std::string& name, const std::string& bytes, const TextFormat& format,
                   const LabelRule& rule);

/// What open_text_dataset() says about such a file, without the folder; or "no error".
std::string text_refusal(const std::string& name, const std::string& bytes, const TextFormat& format,
                         const LabelRule& rule);

}  // namespace dpac::test
