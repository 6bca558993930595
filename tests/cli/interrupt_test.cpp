// Ctrl-C while a command reads, encodes and runs.

#include <string>
#include <sys/stat.h>

#include <doctest/doctest.h>

#include "tests/support/cli_inputs.h"
#include "tests/support/program.h"
#include "tests/support/text_inputs.h"
#include "tests/support/words.h"

using namespace dpac;
using test::joined;
using test::Program;
using test::Words;

namespace {

/// Runs what would take hours, for a moment.
void check_interrupted(const Words& arguments) {
  Program program(arguments);
  test::wait_ms(400);
  program.interrupt();
  const auto outcome = program.wait();
  CHECK(outcome.exit_code == 130);
  CHECK(outcome.err == "dpac: error: interrupted\n");
  CHECK(outcome.out == "");
}

}  // namespace

TEST_CASE("eval of text is interrupted in the midst of a batch") {
  const test::TextInputs inputs(5000);
  for (const char* noise : {"shot", "weight"}) {
    CAPTURE(noise);
    check_interrupted(inputs.arguments(
        "eval", {"--noise", noise, "--energy", "10", "--seeds", "1000000", "--batch", "65536", "--quiet"}));
  }
}

TEST_CASE("a command that still waits for its files is interrupted at once") {
  const test::CliInputs inputs(2);
  const std::string pipe = inputs.file("energies.csv");
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);  // Nobody will ever write to it.
  check_interrupted(inputs.arguments("eval", {"--noise", "shot", "--energies", pipe, "--quiet"}));
}
