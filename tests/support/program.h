/// @file
/// Runs the program `dpac` as a user would.
#pragma once

#include <spawn.h>
#include <string>
#include <sys/types.h>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/temp_folder.h"

namespace dpac::test {

/// How a run ended.
struct Outcome {
  int exit_code = -1;
  std::string out, err;
};

/// Starts the program with its files as the actions say, which this destroys. @throws std::runtime_error if
/// it cannot.
pid_t start_dpac(const std::vector<std::string>& arguments, posix_spawn_file_actions_t& actions);

/// How a process ended, when it has: its exit code, or 128 and its signal.
int exit_code_of(pid_t process);

/// A running program; its output goes to files, so that it never waits for a reader.
class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments);

  /// What Ctrl-C sends.
  void interrupt() const;

  /// What a power cut does; before it ended, if it still runs.
  void kill_now() const;

  Outcome wait();

 private:
  TempFolder folder_;
  pid_t pid_ = 0;
};

void wait_ms(int milliseconds);

/// Runs it to its end.
Outcome run_dpac(const std::vector<std::string>& arguments);

/// Runs it with `--json -` and parses what it prints. Fails the test unless it succeeds.
nlohmann::json dpac_json(std::vector<std::string> arguments);

/// The sentence of the one line `dpac: error: <sentence>` a failed run leaves on stderr, or what it left
/// there instead. Fails the test if something is on stdout or the exit code is not 1.
std::string dpac_error(const std::vector<std::string>& arguments);

/// The sentence of a usage error, which ends with exit code 2 and says where the options are listed. Fails
/// the test for any other end.
std::string dpac_usage_error(const std::vector<std::string>& arguments);

}  // namespace dpac::test
