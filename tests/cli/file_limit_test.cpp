// A limit on the size of files is met like a full disk: an error, and nothing left behind.

#include <cstdlib>
#include <filesystem>
#include <string>

#include <doctest/doctest.h>

#include "tests/support/cli_inputs.h"

using namespace dpac;
using test::CliInputs;
namespace fs = std::filesystem;

namespace {

/// `dpac` with files of at most a KiB.
int exit_code_under_limit(const std::string& arguments) {
  const int status =
      std::system(("ulimit -f 1; '" DPAC_PROGRAM "' " + arguments + " > /dev/null 2>&1").c_str());
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

}  // namespace

TEST_CASE("A file beyond the limit of its size is an error that leaves no temporary file") {
  const CliInputs inputs;
  const std::string common = " --weights '" + inputs.weights + "' --data '" + inputs.data + "' ";
  const auto entries = [&] { return std::distance(fs::directory_iterator(inputs.folder.path()), {}); };
  const auto before = entries();
  for (const std::string output : {"eval --json", "eval --logits", "trace --out"}) {
    CAPTURE(output);
    CHECK(exit_code_under_limit(output + " '" + inputs.file("out") + "'" + common) == 1);
    CHECK(entries() == before);
  }
}
