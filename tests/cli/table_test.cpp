#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/learning_inputs.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"
#include "tests/support/words.h"

using namespace dpac;
using test::contains;
using test::dpac_error;
using test::dpac_json;
using test::joined;
using test::LearningInputs;
using test::Words;
namespace fs = std::filesystem;

namespace {

const Words kQuick{"--target-accuracy", "0.75", "--method", "analytic", "--images", "20"};

Words arguments(const LearningInputs& inputs, const Words& more) {
  return inputs.arguments("table", joined(joined({"--data", inputs.judge}, kQuick), more));
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string content(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

}  // namespace

TEST_CASE("table: a row per network and noise, mean and spread of searches with each seed") {
  const LearningInputs inputs;
  const std::string csv = inputs.inputs.file("table.csv");
  const auto json = dpac_json(arguments(inputs, {"--noises", "shot,thermal", "--seeds", "2", "--csv", csv}));
  REQUIRE(json["rows"].size() == 2);
  CHECK(json["weights_sha256"].size() == 1);
  CHECK(json["options"]["noise"] == Words{"shot", "thermal"});
  for (const auto& row : json["rows"]) {
    const std::string noise = row["noise"];
    CAPTURE(noise);
    CHECK(row["network"] == "weights");
    CHECK(row["baseline_top1"] == 1);
    CHECK(row["quantized_top1"].get<double>() <= 1);
    CHECK(row["aj_per_mac"].is_null() == (noise == "thermal"));
    std::vector<nlohmann::json> searches;
    for (const std::string seed : {"0", "1"}) {
      searches.push_back(dpac_json(inputs.arguments(
          "search", joined(joined({"--data", inputs.judge}, kQuick), {"--noise", noise, "--seed", seed}))));
    }
    for (std::size_t k = 0; k < 3; ++k) {
      const std::string kind = searches[0]["allocations"][k]["kind"];
      CAPTURE(kind);
      std::vector<double> energies;
      for (const auto& search : searches) energies.push_back(search["allocations"][k]["energy_per_mac"]);
      const double mean = (energies[0] + energies[1]) / 2;
      CHECK(row[kind]["mean"].get<double>() == doctest::Approx(mean));
      CHECK(row[kind]["std"].get<double>() ==
            doctest::Approx(std::abs(energies[0] - energies[1]) / std::sqrt(2)));
      if (noise == "shot")
        CHECK(row["aj_per_mac"][kind].get<double>() == doctest::Approx(0.12816 * mean).epsilon(1e-4));
      if (kind != "uniform") {
        CHECK(row["saving_percent"][kind].get<double>() ==
              doctest::Approx(100 * (1 - mean / row["uniform"]["mean"].get<double>())));
        const auto saved = [&](std::size_t seed) {
          const double uniform = searches[seed]["allocations"][0]["energy_per_mac"];
          return 100 * (1 - energies[seed] / uniform);
        };
        CHECK(row["saving_percent_std"][kind].get<double>() ==
              doctest::Approx(std::abs(saved(0) - saved(1)) / std::sqrt(2)));
      }
    }
  }
  const auto rows = lines_of(content(csv));
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].starts_with(
      "network,noise,baseline_top1,quantized_top1,target_top1,uniform_mean,uniform_std,layer_mean,"));
  CHECK(rows[1].starts_with("weights,shot,1,"));
  CHECK(contains(rows[1], ",photons/MAC,40,2,"));
  CHECK(contains(rows[2], ",x base energy/MAC,40,2,"));
  CHECK(rows[2].ends_with(","));  // Not impossible.
}

TEST_CASE("table prints Markdown, and computes nothing twice") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state");
  const Words all = arguments(inputs, {"--noises", "shot", "--state", state, "--quiet"});
  const auto first = test::run_dpac(all);
  REQUIRE(first.exit_code == 0);
  const auto lines = lines_of(first.out);
  REQUIRE(lines.size() >= 5);
  CHECK(lines[0].starts_with(
      "| network | noise | full precision (top-1, %) | quantised (top-1, %) | uniform (photons/MAC) |"));
  CHECK(lines[2].starts_with("| weights | shot  |                    100.00 |"));
  CHECK(lines[3] == "");
  CHECK(
      lines[4].starts_with("Table: Smallest energy per MAC at which top-1 reaches the target (weights: "
                           "100.00 %, target 75.00 %), on 40 images. One search for each, with seed 0."));
  const auto made = fs::last_write_time(state + "/weights/shot/seed-0/layer.json");
  // With more seeds, what is there stays.
  const auto seeds = test::run_dpac(joined(all, {"--seeds", "2"}));
  CHECK(seeds.exit_code == 0);
  CHECK(contains(seeds.out, " +- "));
  CHECK(fs::last_write_time(state + "/weights/shot/seed-0/layer.json") == made);
  CHECK(fs::exists(state + "/weights/shot/seed-1/layer.json"));
  CHECK(test::run_dpac(all).out == first.out);
}

namespace {

/// A network whose predictions are not the labels.
std::string other_network(const LearningInputs& inputs) {
  std::string file = inputs.inputs.file("other.h5");
  test::write_checkpoint(test::random_resnet({.blocks = {1}}), file);
  return file;
}

}  // namespace

TEST_CASE("table: an impossible row says so, and the others are printed and kept") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state"), csv = inputs.inputs.file("table.csv"),
                    json_file = inputs.inputs.file("table.json");
  const Words words = arguments(inputs, {"--weights", other_network(inputs), "--noises", "shot", "--kinds",
                                         "uniform", "--state", state, "--csv", csv, "--json", json_file});
  const auto outcome = test::run_dpac(words);
  CHECK(outcome.exit_code == 0);
  const std::string why = "other, shot noise: even without noise the accuracy is ";
  CHECK(contains(outcome.err, "dpac: a row is impossible: " + why));
  CHECK(contains(outcome.out, "impossible |"));
  CHECK(contains(outcome.out, "\n- " + why));
  const auto json = nlohmann::json::parse(content(json_file));
  CHECK(json["rows"][0]["impossible"].is_null());
  CHECK(json["rows"][0]["uniform"]["mean"].is_number());
  CHECK(json["rows"][1]["impossible"].get<std::string>().starts_with("even without noise"));
  CHECK(json["rows"][1]["uniform"].is_null());
  CHECK(json["rows"][1]["baseline_top1"].get<double>() < 0.75);
  CHECK(contains(lines_of(content(csv))[2], ",\"even without noise the accuracy is "));
  CHECK(fs::exists(state + "/weights/shot/seed-0/uniform.json"));
  // A damaged state concerns the whole command.
  std::ofstream(state + "/other/clean.json") << "{}";
  CHECK(contains(dpac_error(joined(words, {"--quiet"})), "other/clean.json: is no state of this program"));
}

TEST_CASE("table: all rows impossible is an error") {
  const LearningInputs inputs;
  const std::string other = other_network(inputs);
  const Words words = inputs.arguments("table", joined({"--data", inputs.judge}, kQuick));
  Words alone = words;
  *std::find(alone.begin(), alone.end(), inputs.inputs.weights) = other;
  CHECK(dpac_error(joined(alone, {"--noises", "shot"}))
            .starts_with("other, shot noise: even without noise the accuracy is "));
  CHECK(
      dpac_error(joined(alone, {"--noises", "shot,weight"}))
          .starts_with("no row of the table is possible: other, shot noise: even without noise the accuracy "
                       "is "));
}

TEST_CASE("table: weights that do not fit the data are found before the first row") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state"), small = inputs.inputs.file("small.h5");
  test::write_checkpoint(test::random_resnet({.blocks = {1}, .classes = 3}), small);
  const std::string message =
      dpac_error(arguments(inputs, {"--weights", small, "--noises", "shot", "--state", state}));
  CHECK(message.starts_with("small: "));
  CHECK(contains(message, "classes"));
  CHECK(!fs::exists(state + "/weights"));
}

TEST_CASE("table: rows are named, uniquely") {
  const LearningInputs inputs;
  const auto names_of = [&](const Words& more) {
    std::vector<std::string> names;
    const Words all = joined(more, {"--noises", "shot", "--kinds", "uniform"});
    const auto json = dpac_json(arguments(inputs, all));
    for (const auto& row : json["rows"]) names.push_back(row["network"]);
    return names;
  };
  fs::create_directory(inputs.inputs.file("twin"));
  const std::string twin = inputs.inputs.file("twin/weights.h5");
  fs::copy_file(inputs.inputs.weights, twin);
  const std::string folder = fs::path(inputs.inputs.weights).parent_path().filename().string();
  CHECK(names_of({"--weights", twin}) == std::vector<std::string>{folder + "/weights", "twin/weights"});
  CHECK(names_of({"--weights", twin, "--names", "A_1,R&D"}) == std::vector<std::string>{"A_1", "R&D"});
  const auto usage = [&](const Words& more) { return test::dpac_usage_error(arguments(inputs, more)); };
  CHECK(usage({"--names", "a,b"}) == "--names has 2 names, expected one for each of the 1 --weights");
  CHECK(usage({"--weights", twin, "--names", "a,a"}) == "--names has 'a' twice");
}

TEST_CASE("table: what was not found has the number of tries, and why below") {
  const LearningInputs inputs;
  const std::string latex = inputs.inputs.file("table.tex");
  const auto outcome = test::run_dpac(
      inputs.arguments("table", {"--data", inputs.judge, "--noises", "thermal", "--sigma-thermal", "1e15",
                                 "--kinds", "uniform", "--tries", "3", "--latex", latex, "--quiet"}));
  CHECK(outcome.exit_code == 0);
  CHECK(contains(outcome.out, " none of 3 |"));
  CHECK(contains(outcome.out, "\n- weights, thermal noise, uniform: none of 3 tries reaches the target of "));
  CHECK(contains(content(latex), "\\toprule\n"));
  CHECK(contains(content(latex), "weights & thermal & "));
}

TEST_CASE("table: options that make no sense") {
  const LearningInputs inputs;
  CHECK(test::dpac_usage_error(arguments(inputs, {"--noises", "shot", "--sigma-weight", "1"})) ==
        "--sigma-weight was given, but --noises has no weight");
  CHECK(test::dpac_usage_error(arguments(inputs, {"--noises", "shot,shot"})) ==
        "--noises names 'shot' twice");
  CHECK(test::run_dpac(arguments(inputs, {"--noise", "shot"})).exit_code == 2);
  CHECK(test::run_dpac(arguments(inputs, {"--calibration", "x.h5"})).exit_code == 2);
}
