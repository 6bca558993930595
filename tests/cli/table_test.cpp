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
      }
    }
  }
  const auto rows = lines_of(content(csv));
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].starts_with(
      "network,noise,baseline_top1,quantized_top1,target_top1,uniform_mean,uniform_std,layer_mean,"));
  CHECK(rows[1].starts_with("weights,shot,1,"));
  CHECK(rows[2].ends_with(",,,"));  // No attojoules.
}

TEST_CASE("table prints Markdown, and computes nothing twice") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state");
  const Words all = arguments(inputs, {"--noises", "shot", "--state", state, "--quiet"});
  const auto first = test::run_dpac(all);
  REQUIRE(first.exit_code == 0);
  const auto lines = lines_of(first.out);
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].starts_with("| network | noise | full precision | quantised | uniform | per layer |"));
  CHECK(lines[2].starts_with("| weights | shot | 100.00 % | "));
  const auto made = fs::last_write_time(state + "/weights/shot/seed-0/layer.json");
  // With more seeds, what is there stays.
  const auto seeds = test::run_dpac(joined(all, {"--seeds", "2"}));
  CHECK(seeds.exit_code == 0);
  CHECK(contains(seeds.out, " +- "));
  CHECK(fs::last_write_time(state + "/weights/shot/seed-0/layer.json") == made);
  CHECK(fs::exists(state + "/weights/shot/seed-1/layer.json"));
  CHECK(test::run_dpac(all).out == first.out);
}

TEST_CASE("table: a row that fails is named, and what was finished is kept") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state");
  const std::string other = inputs.inputs.file("other.h5");  // Its predictions are not the labels.
  test::write_checkpoint(test::random_resnet({.blocks = {1}}), other);
  const std::string message = dpac_error(
      arguments(inputs, {"--weights", other, "--noises", "shot", "--kinds", "uniform", "--state", state}));
  CHECK(message.starts_with("other, shot noise: even without noise the accuracy is "));
  CHECK(fs::exists(state + "/weights/shot/seed-0/uniform.json"));
  CHECK(test::dpac_usage_error(arguments(inputs, {"--noises", "shot", "--sigma-weight", "1"})) ==
        "--sigma-weight was given, but --noises has no weight");
  CHECK(test::dpac_usage_error(arguments(inputs, {"--noises", "shot,shot"})) ==
        "--noises names 'shot' twice");
  CHECK(test::run_dpac(arguments(inputs, {"--noise", "shot"})).exit_code == 2);
  CHECK(test::run_dpac(arguments(inputs, {"--calibration", "x.h5"})).exit_code == 2);
}
