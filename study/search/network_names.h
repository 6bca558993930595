/// @file
/// What the networks of a table are called.
#pragma once

#include <string>
#include <vector>

namespace dpac {

/// For folders of state: file names without ending, folders' names as they are; what has the name of one
/// before it gets a number, "model-2".
std::vector<std::string> folder_names(const std::vector<std::string>& weights);

/// For rows: the same, but networks whose files have one name are told apart by the folders these lie in,
/// "bert/model" and "minilm/model", and by a number only where that is the same too.
std::vector<std::string> row_names(const std::vector<std::string>& weights);

/// @throws SettingError unless there is a name for each of the weights, and no two are the same.
void check_names(const std::vector<std::string>& names, const std::vector<std::string>& weights);

}  // namespace dpac
