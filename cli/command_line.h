/// @file
/// From the words of a command line to a command's work.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "cli/command.h"

namespace dpac::cli {

class CommandLine {
 public:
  /// Declares every command's options.
  CommandLine();
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// False where the words only ask for help or the version, which it prints.
  /// @throws UsageError for an unknown command or option, a value that is none, options that exclude each
  /// other, and outputs that would overwrite what is read. @throws Error for an output that cannot be
  /// created.
  bool parse(int argc, char** argv);

  /// What parse() found. @throws as Work does.
  void run() const { work_(); }

  /// "dpac eval", or "dpac" before a command is known: whose --help is worth reading.
  [[nodiscard]] std::string command() const;

 private:
  struct Parser;

  /// `dpac completion SHELL`, which prints a script, and `dpac manual FOLDER`, for builds: everything that
  /// installs. Of neither does --help speak, for they are no commands on networks.
  void write_pages(std::string_view what, std::span<char*> operands) const;

  std::unique_ptr<Parser> parser_;
  Work work_;
  const char* command_ = nullptr;
};

}  // namespace dpac::cli
