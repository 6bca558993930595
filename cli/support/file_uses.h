/// @file
/// No command writes to what it reads, nor two results to one name.
#pragma once

#include <vector>

#include "study/options/option_set.h"

namespace dpac::cli {

/// Before any work, so that nothing is lost: no output is a file that the command reads or keeps, by whatever
/// links and spellings, nor a side file of one, nor lies in a folder that it reads; and no two outputs are
/// one file.
/// @throws UsageError that names both options. @throws Error if an output cannot be created where it is to
/// go.
void check_file_uses(const std::vector<FileUse>& uses);

}  // namespace dpac::cli
