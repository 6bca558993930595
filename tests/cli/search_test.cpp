#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fstream>
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
using test::Program;
using test::Words;
namespace fs = std::filesystem;

namespace {

/// Learns a little around energies where this network's accuracy changes.
Words arguments(const LearningInputs& inputs, const Words& more) {
  return inputs.arguments("search", joined({"--data", inputs.judge, "--max-loss", "0.25"}, more));
}

const Words kSgd{"--steps",  "8",  "--train-batch", "5",   "--start", "analytic",
                 "--images", "20", "--lr",          "0.05"};
const Words kAnalytic{"--method", "analytic", "--images", "20"};

nlohmann::json search(const LearningInputs& inputs, const Words& more) {
  return dpac_json(arguments(inputs, more));
}

void check_allocation(const LearningInputs& inputs, const nlohmann::json& json,
                      const nlohmann::json& allocation) {
  CAPTURE(allocation.dump());
  const double target = json["target_top1"];
  REQUIRE(allocation["tries"].size() >= 1);
  CHECK(allocation["tries"].size() <= 15);
  double smallest = 1e30;
  for (const auto& made : allocation["tries"]) {
    if (made["top1"].get<double>() >= target - 1e-9)
      smallest = std::min(smallest, made["energy_per_mac"].get<double>());
  }
  REQUIRE(allocation["energy_per_mac"].is_number());
  CHECK(allocation["energy_per_mac"] == smallest);
  CHECK(allocation["top1"].get<double>() >= target - 1e-9);
  if (allocation["hit"] == true) CHECK(allocation["top1"].get<double>() < target + 0.001);

  // The energies are those of that try.
  const std::string file = inputs.inputs.file("best-" + allocation["kind"].get<std::string>() + ".h5");
  const auto eval =
      dpac_json({"eval", "--weights", inputs.inputs.weights, "--data", inputs.judge, "--noise",
                 json["options"]["noise"], "--energies", file, "--calibration-data=" + inputs.train});
  CHECK(eval["top1"] == allocation["top1"]);
  CHECK(eval["energy_per_mac"].get<double>() == doctest::Approx(smallest).epsilon(1e-6));
}

}  // namespace

TEST_CASE("search: the smallest energy of every kind, its accuracy that of eval") {
  const LearningInputs inputs;
  for (const Words& method : {kSgd, kAnalytic}) {
    CAPTURE(method.front());
    const auto json =
        search(inputs, joined(method, {"--noise", "thermal", "--out", inputs.inputs.file("best")}));
    CHECK(json["command"] == "search");
    CHECK(json["baseline_top1"] == 1);
    CHECK(json["target_top1"] == 0.75);
    CHECK(json["noise_free_top1"].get<double>() >= 0.75);
    REQUIRE(json["allocations"].size() == 3);
    for (const auto& allocation : json["allocations"]) check_allocation(inputs, json, allocation);
    CHECK(json["allocations"][0]["kind"] == "uniform");
    CHECK(json["allocations"][0]["aj_per_mac"].is_null());
    const double uniform = json["allocations"][0]["energy_per_mac"],
                 layer = json["allocations"][1]["energy_per_mac"];
    CHECK(json["saving_percent"]["layer"].get<double>() == doctest::Approx(100 * (1 - layer / uniform)));
    CHECK(json["saving_percent"]["channel"].is_number());
  }
}

TEST_CASE("search: threads change nothing; seeds average, kinds and a bracket are chosen") {
  const LearningInputs inputs;
  const Words few = joined(kSgd, {"--kinds", "layer", "--bracket", "20,40", "--seeds", "2"});
  const auto json = search(inputs, joined(few, {"--threads", "1"}));
  CHECK(search(inputs, joined(few, {"--threads", "2", "--batch", "7"}))["allocations"] ==
        json["allocations"]);
  REQUIRE(json["allocations"].size() == 1);
  CHECK(json["saving_percent"]["layer"].is_null());
  CHECK(json["allocations"][0]["aj_per_mac"].get<double>() ==
        doctest::Approx(0.128 * json["allocations"][0]["energy_per_mac"].get<double>()).epsilon(0.01));
  CHECK(json["allocations"][0]["tries"][0]["target_energy"].get<double>() ==
        doctest::Approx(std::sqrt(800.0)));
}

TEST_CASE("search, killed again and again, ends with the same tries and energies") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state");
  const Words words = arguments(inputs, joined(kSgd, {"--noise", "shot", "--kinds", "layer,channel"}));
  const auto whole = dpac_json(words);
  for (int i = 0; i < 4; ++i) {
    Program program(joined(words, {"--state", state, "--quiet"}));
    test::wait_ms(120 + 90 * i);
    program.kill_now();
    program.wait();
  }
  const auto resumed = dpac_json(joined(words, {"--state", state}));
  for (const char* key : {"allocations", "baseline_top1", "noise_free_top1", "target_top1"}) {
    CAPTURE(key);
    CHECK(resumed[key] == whole[key]);
  }
  CHECK(dpac_json(joined(words, {"--state", state}))["allocations"] == whole["allocations"]);
  for (const auto& entry : fs::directory_iterator(state)) {
    CHECK(!contains(entry.path().string(), "-try-"));  // Their learning is in the search's result.
  }
  CHECK(contains(dpac_error(joined(words, {"--state", state, "--seed", "3"})), "seed was 0 and is 3"));
}

TEST_CASE("search goes on to more tries, as if it had had them from the start") {
  const LearningInputs inputs;
  const std::string state = inputs.inputs.file("state");
  const auto words = [&](const std::string& tries) {
    return arguments(inputs, joined(kAnalytic, {"--bracket", "1,1000", "--tries", tries}));
  };
  const auto whole = dpac_json(words("6"));
  const auto few = dpac_json(joined(words("2"), {"--state", state}));
  for (const auto& allocation : few["allocations"]) CHECK(allocation["tries"].size() == 2);
  CHECK(dpac_json(joined(words("6"), {"--state", state}))["allocations"] == whole["allocations"]);
  const std::string error = dpac_error(joined(words("1"), {"--state", state}));
  CHECK(error.starts_with(state + "/uniform.json: has "));
  CHECK(error.ends_with(" tries already, but --tries is 1; give this run another --state"));
}

TEST_CASE("search: a target that nothing reaches") {
  const LearningInputs inputs;
  CHECK(contains(dpac_error(arguments(inputs, joined(kAnalytic, {"--noise", "thermal", "--bits", "1"}))),
                 "even without noise the accuracy is "));
  const auto error = [&](const Words& more) {
    return test::dpac_usage_error(inputs.arguments("search", joined({"--data", inputs.judge}, more)));
  };
  CHECK(error({"--max-loss", "2"}) ==
        "--max-loss is '2', expected a fraction of at most 1, such as 0.02 for two points of accuracy");
  CHECK(error({"--target-accuracy", "0"}) ==
        "--target-accuracy is '0', expected a fraction of at most 1, such as 0.74");
  CHECK(error({"--bracket", "5"}) == "--bracket expects two energies, the lower one first, such as 5,500");
  CHECK(error({"--bracket", "50,5"}) == "--bracket expects two energies, the lower one first, such as 5,500");
  CHECK(error({"--kinds", "layer,uniform,layer"}) == "--kinds names 'layer' twice");
  CHECK(test::run_dpac(arguments(inputs, {"--kinds", "row"})).exit_code == 2);
}

TEST_CASE("search: a try whose noise overflows misses, and is no error") {
  const LearningInputs inputs;
  const auto json = search(
      inputs, joined(kAnalytic, {"--kinds", "uniform,channel", "--bracket", "1e-26,1e-25", "--tries", "2"}));
  for (const auto& allocation : json["allocations"]) {
    CHECK(allocation["energy_per_mac"].is_null());
    CHECK(allocation["tries"].size() == 2);
  }
  CHECK(contains(dpac_error({"eval", "--weights", inputs.inputs.weights, "--data", inputs.judge, "--noise",
                             "shot", "--energy", "3e-26"}),
                 "not finite"));
}

TEST_CASE("search says in words what its tries came to") {
  const LearningInputs inputs;
  const auto text = [&](const Words& more) {
    return test::run_dpac(
               inputs.arguments("search", joined({"--data", inputs.judge, "--kinds", "uniform"}, more)))
        .out;
  };
  const std::string found = text({"--max-loss", "0.25"});
  CHECK(found.starts_with("full precision 100.00 %, without noise 100.00 %, target 75.00 %\n\nallocation "));
  CHECK(contains(found, "photons/MAC  aJ/MAC"));
  CHECK(contains(found, "\nuniform: "));
  CHECK(contains(found, " aJ/MAC) reach 75.00 %, a hit: within 0.1 points above the target.\n"));
  const std::string easy = text({"--target-accuracy", "0.001"});
  CHECK(contains(easy,
                 ", no hit: every one of 15 tries reaches the target; a smaller energy may do so too.\n"));
  const std::string other = text({"--max-loss", "0.25", "--noise", "weight"});
  CHECK(contains(other, "allocation  x base energy/MAC  "));
  CHECK(!contains(other, "aJ"));
  const std::string hasty = test::run_dpac(arguments(inputs, {"--kinds", "layer", "--steps", "2", "--tries",
                                                              "3", "--train-batch", "4"}))
                                .out;
  CHECK(contains(hasty, "layer: in 3 of 3 tries learning ended above the energy it was to reach; "));
  CHECK(!contains(found, "learning ended above"));
  // So much noise that no energy of fifteen tries is enough.
  const auto json =
      dpac_json(inputs.arguments("search", {"--data", inputs.judge, "--noise", "thermal", "--sigma-thermal",
                                            "1e15", "--kinds", "uniform", "--max-loss", "0.25"}));
  CHECK(json["allocations"][0]["energy_per_mac"].is_null());
  CHECK(json["allocations"][0]["energies"].is_null());
  CHECK(json["allocations"][0]["tries"].size() == 15);
  CHECK(json["allocations"][0]["outcome"].get<std::string>().starts_with(
      "uniform: nothing found: none of 15 tries reaches the target of 75.00 %; the best has "));
  const std::string file = inputs.inputs.file("nothing.json"), page = inputs.inputs.file("page.html");
  std::ofstream(file) << json.dump();
  CHECK(test::run_dpac({"report", file, "--out", page}).exit_code == 0);
}
