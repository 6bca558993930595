// What `search` and `table` say while they run.

#include <algorithm>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "cli/support/terminal_line.h"
#include "study/search/time_left.h"
#include "tests/support/learning_inputs.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"
#include "tests/support/terminal.h"
#include "tests/support/words.h"

using namespace dpac;
using dpac::TimeLeft;
using test::contains;
using test::joined;
using test::LearningInputs;
using test::Words;

namespace {

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

Words quick(const LearningInputs& inputs, const Words& more) {
  return joined(
      {"--data", inputs.judge, "--target-accuracy", "0.75", "--method", "analytic", "--images", "20"}, more);
}

}  // namespace

TEST_CASE("The time left is that of the tries there may be, at the pace of their kind") {
  TimeLeft left({"uniform", "layer"}, 2, 10);
  CHECK(left.seconds() == std::nullopt);
  left.add_try("uniform", 3, 9);
  CHECK(left.seconds() == 3.0 * (9 + 10 + 20));  // Of layers nothing is known yet.
  left.add_try("uniform", 5, 8);
  left.end_search("uniform");
  CHECK(left.seconds() == 4.0 * (10 + 20));
  left.add_try("layer", 100, 9);
  CHECK(left.seconds() == 4.0 * 10 + 100.0 * (9 + 10));
  left.set_searches(1);  // The rest of the row was given up.
  CHECK(left.seconds() == 4.0 * 10 + 100.0 * 10);
  left.set_searches(0);
  CHECK(left.seconds() == 0.0);
}

TEST_CASE("Durations and lines are as long as one reads them") {
  CHECK(cli::duration_text(0.4) == "0 s");
  CHECK(cli::duration_text(119.4) == "119 s");
  CHECK(cli::duration_text(125) == "2 min");
  CHECK(cli::duration_text(2 * 3600 + 1230) == "2 h 20 min");
  CHECK(cli::duration_text(50 * 3600) == "2 d 2 h");
  CHECK(cli::first_columns("abcdef", 4) == "abcd");
  CHECK(cli::first_columns("\xc3\xa9\xc3\xa9x", 2) == "\xc3\xa9\xc3\xa9");
  CHECK(cli::first_columns("ab", 9) == "ab");
}

TEST_CASE("Without a terminal there is a line on stderr for each try, and none with --quiet") {
  const LearningInputs inputs;
  const Words words = inputs.arguments("search", quick(inputs, {"--kinds", "uniform,layer"}));
  const test::Outcome outcome = test::run_dpac(words);
  REQUIRE(outcome.exit_code == 0);
  const auto json = test::dpac_json(words);
  std::vector<std::string> tries;
  for (const std::string& line : lines_of(outcome.err)) {
    if (contains(line, ", try ")) tries.push_back(line);
  }
  const std::size_t uniform = json["allocations"][0]["tries"].size();
  REQUIRE(tries.size() == uniform + json["allocations"][1]["tries"].size());
  CHECK(tries[0].starts_with("dpac: weights, shot noise, uniform, seed 0, try 1 of 15, 316.2 photons/MAC: "));
  CHECK(contains(tries[0], " %, target 75.00 %; at most "));
  CHECK(tries[0].ends_with(" left"));
  CHECK(contains(tries[uniform], ", per layer, seed 0, try 1 of 15, 70.71 photons/MAC: "));
  CHECK(test::run_dpac(joined(words, {"--quiet"})).err == "");
}

TEST_CASE("On a terminal one line is written again and again, no wider than it, and cleared") {
  const LearningInputs inputs;
  const test::TerminalOutcome outcome = test::run_on_terminal(
      inputs.arguments("table", quick(inputs, {"--noises", "shot", "--kinds", "uniform"})), 50);
  REQUIRE(outcome.exit_code == 0);
  const std::string clear = "\r\x1b[K", begin = clear + "weights, shot noise, uniform, seed 0, try 1 of 15";
  CHECK(contains(outcome.err, begin));
  // All lines but notices end without a line end, and the last is cleared.
  std::size_t shown = 0;
  for (std::size_t at = outcome.err.find(clear); at != std::string::npos;
       at = outcome.err.find(clear, at + 1)) {
    const std::size_t end = std::min(outcome.err.find(clear, at + 1), outcome.err.find('\n', at));
    const std::string line = outcome.err.substr(at + clear.size(), end - at - clear.size());
    CAPTURE(line);
    if (end < outcome.err.find('\n', at)) CHECK(line.size() <= 49);
    ++shown;
  }
  CHECK(shown > 3);
  CHECK(!contains(outcome.err.substr(outcome.err.rfind(clear)), "try"));
}
