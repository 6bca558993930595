// No command writes to what it reads, nor two results to one name: refused before any work, with both options
// named.

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_inputs.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"
#include "tests/support/words.h"

using namespace dpac;
using test::CliInputs;
using test::contains;
using test::dpac_usage_error;
using test::joined;
using test::Words;
namespace fs = std::filesystem;

namespace {

std::string bytes_of(const fs::path& file) {
  std::ostringstream bytes;
  bytes << std::ifstream(file, std::ios::binary).rdbuf();
  return bytes.str();
}

/// A command with all that it must be told but for the output that is tried.
struct Case {
  Words command;
  std::string output;
};

std::vector<Case> all_outputs(const CliInputs& inputs) {
  const Words learning{"--train-data", inputs.data, "--method", "analytic"};
  const auto with = [&](const std::string& command, const Words& more) {
    return inputs.arguments(command, more);
  };
  const Words eval = with("eval", {}), trace = with("trace", {});
  const Words learn = with("learn", joined(learning, {"--target-energy", "10"})),
              search = with("search", learning);
  const Words table = with("table", learning);
  return {{eval, "--json"},
          {eval, "--predictions"},
          {eval, "--logits"},
          {trace, "--out"},
          {joined(trace, {"--out", inputs.file("t.h5")}), "--json"},
          {with("calibrate", {}), "--out"},
          {joined(with("bits", {}), {"--energy", "10"}), "--json"},
          {{"info", inputs.weights}, "--json"},
          {{"bench", "--weights", inputs.weights}, "--json"},
          {learn, "--json"},
          {learn, "--out"},
          {learn, "--csv"},
          {search, "--json"},
          {table, "--csv"},
          {table, "--json"},
          {{"plot", inputs.weights, "--kind", "energy"}, "--out"},
          {{"report", inputs.weights}, "--out"}};
}

}  // namespace

TEST_CASE("No output of any command overwrites the weights, by whatever name") {
  const CliInputs inputs;
  fs::create_symlink(inputs.weights, inputs.file("link"));
  fs::create_hard_link(inputs.weights, inputs.file("hard"));
  const std::string before = bytes_of(inputs.weights);
  for (const Case& one : all_outputs(inputs)) {
    for (const std::string name : {"weights.h5", "./weights.h5", "link", "hard"}) {
      CAPTURE(one.command.front());
      CAPTURE(one.output);
      CAPTURE(name);
      const std::string file = inputs.folder.path() / name;
      const std::string error = dpac_usage_error(joined(one.command, {one.output, file}));
      CHECK(contains(error, one.output + " " + file + ": would overwrite what this command reads"));
    }
  }
  CHECK(bytes_of(inputs.weights) == before);
}

TEST_CASE("Nor the data, their folder, energies, ranges, or a file that belongs to the weights") {
  const CliInputs inputs;
  inputs.folder.write("set/a/0.png", "image");
  inputs.folder.write("e.csv", "layer,channel,energy\n");
  inputs.folder.write("config.json", "{}");
  inputs.folder.write("train-images-idx3-ubyte", "x");
  inputs.folder.write("train-labels-idx1-ubyte", "y");
  const auto refused = [&](const Words& more, const std::string& output) {
    return dpac_usage_error(
        joined({"eval", "--weights", inputs.weights}, joined(more, {"--json", inputs.file(output)})));
  };
  CHECK(contains(refused({"--data", inputs.data}, "images.bin"), "reads, --data"));
  CHECK(contains(refused({"--data", inputs.file("set")}, "set/a/0.png"),
                 "lies in a folder that this command reads"));
  CHECK(contains(refused({"--data", inputs.file("set")}, "set/new.json"),
                 "lies in a folder that this command reads"));
  CHECK(contains(
      refused({"--data", inputs.data, "--noise", "shot", "--energies", inputs.file("e.csv")}, "e.csv"),
      "reads, --energies"));
  CHECK(contains(
      refused({"--data", inputs.data, "--bits", "8", "--calibration", inputs.file("e.csv")}, "e.csv"),
      "reads, --calibration"));
  CHECK(contains(refused({"--data", inputs.data}, "config.json"), "belongs to --weights"));
  CHECK(contains(refused({"--data", inputs.file("train-images-idx3-ubyte")}, "train-labels-idx1-ubyte"),
                 "belongs to --data"));
}

TEST_CASE("Two outputs of one name are refused, and so is one in the folder of the state") {
  const CliInputs inputs;
  const std::string file = inputs.file("out");
  CHECK(
      contains(dpac_usage_error(inputs.arguments("eval", {"--json", file, "--logits", inputs.file("./out")})),
               "--json and --logits both name"));
  const Words search{"--train-data", inputs.data, "--method", "analytic"};
  CHECK(contains(dpac_usage_error(inputs.arguments(
                     "search", joined(search, {"--out", file, "--json", inputs.file("out-uniform.h5")}))),
                 "both name " + inputs.file("out-uniform.h5")));
  CHECK(contains(
      dpac_usage_error(inputs.arguments(
          "search", joined(search, {"--state", inputs.file("s"), "--json", inputs.file("s/uniform.json")}))),
      "the folder that --state keeps"));
  CHECK(contains(dpac_usage_error(inputs.arguments("search", joined(search, {"--state", inputs.data}))),
                 "would overwrite what this command reads"));
}

TEST_CASE("Standard output and devices may be named by several outputs") {
  const CliInputs inputs;
  CHECK(test::run_dpac(inputs.arguments("eval", {"--json", "-", "--predictions", "/dev/null"})).exit_code ==
        0);
}
