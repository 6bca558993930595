// Killed (SIGKILL) at exact moments, the system calls that change files, a command that is given again ends
// with the same files. A few moments here; tools/kill.sh tries as many as it is told.

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/support/checkpoints.h"
#include "tests/support/learning_inputs.h"
#include "tests/support/program.h"
#include "tests/support/words.h"

using namespace dpac;
using test::joined;
using test::LearningInputs;
using test::Words;
namespace fs = std::filesystem;

namespace {

constexpr int kFewMoments = 4;
constexpr int kKilled = 128 + SIGKILL;

/// Of each command.
int moments_to_try() {
  const char* const told = std::getenv("DPAC_KILL_MOMENTS");
  return told == nullptr ? kFewMoments : std::atoi(told);
}

/// Takes out what was measured of time and memory, and the digests of what held it.
void drop_times(nlohmann::json& json) {
  for (const char* key :
       {"ms_per_step", "ms_per_sample", "samples_per_second", "seconds", "digest", "peak_rss_bytes"}) {
    if (json.is_object()) json.erase(key);
  }
  for (auto& each : json) {
    if (each.is_structured()) drop_times(each);
  }
}

std::string without_times(const fs::path& file) {
  const std::string bytes = test::bytes_of(file);
  if (file.extension() != ".json") return bytes;
  auto json = nlohmann::json::parse(bytes);
  drop_times(json);
  return json.dump();
}

using Files = std::map<std::string, std::string>;

/// All files of a folder by name, with all that must be the same.
Files files_in(const fs::path& folder) {
  Files files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (entry.is_regular_file())
      files[fs::relative(entry.path(), folder).string()] = without_times(entry.path());
  }
  return files;
}

Words names_of(const Files& files) {
  Words names;
  for (const auto& [name, content] : files) names.push_back(name);
  return names;
}

/// One command that writes into one folder, which is emptied before each try.
class Killing {
 public:
  Killing(const test::CliInputs& inputs, Words command)
      : folder_(inputs.folder.path() / "kill"), count_(inputs.file("count")), command_(std::move(command)) {}

  /// The system calls of the command, whose files become those to compare with.
  int count() {
    fs::remove(count_);
    fs::create_directories(folder_);
    REQUIRE(run("DPAC_TEST_KILL_COUNT='" + count_ + "'") == 0);
    whole_ = files_in(folder_);
    return static_cast<int>(fs::file_size(count_));
  }

  void check(int moment) {
    CAPTURE(moment);
    fs::remove_all(folder_);
    fs::create_directories(folder_);
    REQUIRE(run("DPAC_TEST_KILL_AT=" + std::to_string(moment)) == kKilled);
    check_no_half_file();
    REQUIRE(test::run_dpac(command_).exit_code == 0);
    const Files files = files_in(folder_);
    REQUIRE(names_of(files) == names_of(whole_));
    for (const auto& [name, content] : files) {
      CAPTURE(name);
      const bool same = content == whole_.at(name);  // Not to be printed: it is long.
      CHECK(same);
    }
  }

 private:
  [[nodiscard]] int run(const std::string& environment) const {
    std::string line = environment + " DPAC_TEST_KILL_IN='" + folder_.string() +
                       "' ASAN_OPTIONS=verify_asan_link_order=0 LD_PRELOAD='" DPAC_KILL_AT "' '" DPAC_PROGRAM
                       "'";
    for (const std::string& word : command_) line += " '" + word + "'";
    const int status = std::system((line + " > /dev/null 2>&1").c_str());
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

  /// What has its final name is whole: it parses, and has its final bytes if it is a result.
  void check_no_half_file() const {
    for (const auto& entry : fs::recursive_directory_iterator(folder_)) {
      CAPTURE(entry.path());
      if (!entry.is_regular_file() || entry.path().extension() == ".tmp") continue;
      const std::string content = without_times(entry.path());
      if (entry.path().parent_path() == folder_) {
        const bool same = content == whole_.at(entry.path().filename().string());
        CHECK(same);
      }
    }
  }

  fs::path folder_;
  std::string count_;
  Words command_;
  Files whole_;
};

void check_killed(const test::CliInputs& inputs, const Words& command) {
  Killing killing(inputs, command);
  const int calls = killing.count();
  REQUIRE(calls > 5);
  const int tries = std::min(calls, moments_to_try());
  for (int i = 0; i < tries; ++i) killing.check(1 + i * (calls - 1) / std::max(1, tries - 1));
}

}  // namespace

TEST_CASE("killed at a system call: learn") {
  const LearningInputs inputs;
  const std::string folder = inputs.inputs.file("kill/");
  check_killed(
      inputs.inputs,
      inputs.arguments("learn", {"--target-energy", "10", "--steps", "6", "--train-batch", "8", "--noise",
                                 "thermal", "--state", folder + "state", "--out", folder + "energies.h5",
                                 "--json", folder + "learn.json", "--quiet"}));
}

TEST_CASE("killed at a system call: search") {
  const LearningInputs inputs;
  const std::string folder = inputs.inputs.file("kill/");
  check_killed(inputs.inputs,
               inputs.arguments("search", {"--data", inputs.judge, "--max-loss", "0.25", "--method",
                                           "analytic", "--images", "20", "--state", folder + "state",
                                           "--json", folder + "search.json", "--quiet"}));
}

TEST_CASE("killed at a system call: table") {
  const LearningInputs inputs;
  const std::string folder = inputs.inputs.file("kill/");
  check_killed(
      inputs.inputs,
      inputs.arguments("table", {"--data", inputs.judge, "--target-accuracy", "0.75", "--method", "analytic",
                                 "--images", "20", "--noises", "shot,thermal", "--state", folder + "state",
                                 "--csv", folder + "table.csv", "--json", folder + "table.json", "--quiet"}));
}

TEST_CASE("killed at a system call: eval") {
  const LearningInputs inputs;
  const std::string folder = inputs.inputs.file("kill/");
  check_killed(inputs.inputs,
               inputs.inputs.arguments(
                   "eval", {"--noise", "shot", "--energy", "10", "--json", folder + "eval.json", "--logits",
                            folder + "logits.h5", "--predictions", folder + "predictions.csv", "--quiet"}));
}
