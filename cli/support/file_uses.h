/// @file
/// No command writes to what it reads, nor two results to one name.
#pragma once

#include <string>
#include <vector>

namespace dpac::cli {

/// What a command does with the file or folder that an option names.
enum class FileRole {
  reads,  ///< A file with its side files (a configuration, a vocabulary), or a folder with all that is in it.
  writes,  ///< A result, in whose place nothing else may lie that the command still needs.
  keeps,   ///< A folder of the command's own: what it resumes from.
};

/// A file or folder of a command line.
struct FileUse {
  std::string option;  ///< That named it: "--json".
  std::string path;    ///< As the user gave it; "-" is standard output.
  FileRole role = FileRole::reads;
};

/// Before any work, so that nothing is lost: no output is a file that the command reads or keeps, by whatever
/// links and spellings, nor a side file of one, nor lies in a folder that it reads; and no two outputs are
/// one file.
/// @throws UsageError that names both options. @throws Error if an output cannot be created where it is to
/// go.
void check_file_uses(const std::vector<FileUse>& uses);

}  // namespace dpac::cli
