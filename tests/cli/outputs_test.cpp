// Outputs that cannot be written, and what else may stand where an output goes.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

#include "tests/support/cli_inputs.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"

using namespace dpac;
using test::CliInputs;
using test::contains;
using test::dpac_error;
namespace fs = std::filesystem;

namespace {

std::string text_of(const fs::path& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::ptrdiff_t entries(const CliInputs& inputs) {
  return std::distance(fs::directory_iterator(inputs.folder.path()), {});
}

struct Output {
  const char* command;
  const char* option;
};

const std::vector<Output> kOutputs{{"eval", "--json"},
                                   {"eval", "--predictions"},
                                   {"eval", "--logits"},
                                   {"trace", "--json"},
                                   {"trace", "--out"}};

/// `command` with `file` for `option`. (trace has to have an --out.)
std::vector<std::string> arguments(const CliInputs& inputs, const Output& output, const std::string& file) {
  auto all = inputs.arguments(output.command, {output.option, file});
  const bool out_missing = output.command == std::string("trace") && output.option != std::string("--out");
  if (out_missing) all.insert(all.end(), {"--out", inputs.file("trace.h5")});
  return all;
}

}  // namespace

TEST_CASE("An output into a folder that is absent, or in the place of one, is refused by name") {
  const CliInputs inputs;
  const std::string absent = inputs.file("absent/out"), folder = inputs.file("folder");
  fs::create_directory(folder);
  for (const Output& output : kOutputs) {
    CAPTURE(output.command);
    CAPTURE(output.option);
    CHECK(dpac_error(arguments(inputs, output, absent)).starts_with(absent + ": cannot be "));
    CHECK(dpac_error(arguments(inputs, output, folder)) ==
          folder + ": is a folder, expected a file to write");
    CHECK(entries(inputs) == 3);
  }
}

TEST_CASE("Where the JSON cannot go is found out before the work, not after it") {
  const CliInputs inputs;
  // Ten thousand passes would take minutes.
  const std::string absent = inputs.file("absent/out.json");
  const auto more = {"--noise", "shot", "--energy", "1", "--seeds", "10000", "--json", absent.c_str()};
  CHECK(dpac_error(inputs.arguments("eval", {more.begin(), more.end()})).starts_with(absent));
}

// Through links: should the program ever replace what it writes to, root running the tests loses a link only.
TEST_CASE("A full disk is an error, and devices are written to, not replaced") {
  const CliInputs inputs;
  const std::string full = inputs.file("full"), null = inputs.file("null");
  fs::create_symlink("/dev/full", full);
  fs::create_symlink("/dev/null", null);
  for (const char* option : {"--json", "--predictions"}) {
    CAPTURE(option);
    CHECK(dpac_error(inputs.arguments("eval", {option, full})) ==
          full + ": could not be written completely; is the disk full?");
    CHECK(test::run_dpac(inputs.arguments("eval", {option, null})).exit_code == 0);
  }
  for (const Output& output : {Output{"eval", "--logits"}, Output{"trace", "--out"}}) {
    CHECK(dpac_error(arguments(inputs, output, full)) ==
          full + ": is a device or pipe, which HDF5 cannot be written to");
  }
  CHECK(fs::is_symlink(full));
  CHECK(fs::is_symlink(null));
  CHECK(entries(inputs) == 4);
}

TEST_CASE("Links are followed") {
  const CliInputs inputs;
  fs::create_symlink(inputs.folder.write("real.json", "old"), inputs.file("link"));
  REQUIRE(test::run_dpac(inputs.arguments("eval", {"--json", inputs.file("link")})).exit_code == 0);
  CHECK(fs::is_symlink(inputs.file("link")));
  CHECK(nlohmann::json::parse(text_of(inputs.file("real.json")))["command"] == "eval");
  CHECK(entries(inputs) == 4);
}

TEST_CASE("HDF5 on a full disk is an error that leaves nothing behind, wherever the disk ends") {
  const CliInputs inputs;
  for (const std::string output : {"eval --logits", "trace --out"}) {
    for (const std::string bytes : {"0", "50", "600", "1000", "2500"}) {
      CAPTURE(output);
      CAPTURE(bytes);
      const std::string file = inputs.file("out.h5"), err = inputs.file("err");
      const std::string command = "ASAN_OPTIONS=verify_asan_link_order=0 DPAC_TEST_DISK_BYTES=" + bytes +
                                  " LD_PRELOAD='" DPAC_FULL_DISK "' '" DPAC_PROGRAM "' " + output + " '" +
                                  file + "' --weights '" + inputs.weights + "' --data '" + inputs.data +
                                  "' 2> '" + err + "'";
      const int status = std::system(command.c_str());
      CHECK(WIFEXITED(status));
      CHECK(WEXITSTATUS(status) == 1);
      const std::string error = text_of(err);
      CAPTURE(error);
      CHECK(error.starts_with("dpac: error: " + file + ": cannot "));
      CHECK(error.ends_with(": No space left on device\n"));
      CHECK(entries(inputs) == 3);
    }
  }
}

TEST_CASE("Standard output that is full is an error") {
  const test::TempFolder folder;
  const std::string err = (folder.path() / "err").string();
  for (const std::string more : {"", " --json -"}) {
    CAPTURE(more);
    const std::string command = "'" DPAC_PROGRAM "' demo --limit 5 --seeds 1 --energies-sweep 10" + more +
                                " > /dev/full 2> '" + err + "'";
    const int status = std::system(command.c_str());
    CHECK(WEXITSTATUS(status) == 1);
    CHECK(text_of(err) ==
          "dpac: error: the result could not be written to standard output; is the disk full, or the reader "
          "gone?\n");
  }
}
