#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_inputs.h"
#include "tests/support/program.h"

using namespace dpac;
using test::CliInputs;
using test::dpac_error;
using test::dpac_json;

TEST_CASE("bench reports times, their ratio and spreads, and memory") {
  const CliInputs inputs;
  const auto json =
      dpac_json({"bench", "--weights", inputs.weights, "--batch", "4", "--rounds", "5", "--warmup", "1"});
  CHECK(json["command"] == "bench");
  CHECK(json["batch"] == 4);
  CHECK(json["options"]["energy"] == 100);
  CHECK(json["options"]["rounds"] == 5);
  for (const char* key : {"clean_ms_per_sample", "noisy_ms_per_sample", "ratio"}) {
    CAPTURE(key);
    CHECK(json[key].get<double>() > 0);
  }
  CHECK(json["clean_spread"].get<double>() >= 0);
  CHECK(json["noisy_spread"].get<double>() >= 0);
  CHECK(json["peak_rss_bytes"].get<int64_t>() > 1'000'000);
}

TEST_CASE("bench times every noise, in the arithmetic it says") {
  const CliInputs inputs;
  const auto bench = [&](std::vector<std::string> more) {
    more.insert(more.begin(),
                {"bench", "--weights", inputs.weights, "--batch", "4", "--rounds", "2", "--warmup", "0"});
    return dpac_json(more);
  };
  const auto weight = bench({"--noise", "weight"});
  CHECK(weight["arithmetic"] == "float32");
  CHECK(weight["samples_per_round"] == 32);  // One draw of the weights.
  CHECK(weight["options"]["act_bits"] == 8);
  const auto thermal = bench({"--noise", "thermal", "--repeat", "2", "--arithmetic", "float32"});
  CHECK(thermal["arithmetic"] == "float32");
  CHECK(thermal["samples_per_round"] == 4);
  CHECK(thermal["options"]["repeat"] == 2);
  CHECK(bench({"--noise", "shot", "--bits", "6"})["options"]["weight_bits"] == 6);
}

TEST_CASE("bench refuses energies that are none, and a noise too small to change a result") {
  const CliInputs inputs;
  CHECK(test::dpac_usage_error({"bench", "--weights", inputs.weights, "--energy", "0"}) ==
        "--energy is '0', expected a positive number");
  CHECK(dpac_error({"bench", "--weights", inputs.weights, "--energy", "1e38"}) ==
        "the noise changes no logit: the energy is too high to be timed");
}

TEST_CASE("bench times a named architecture with random weights") {
  const auto json = dpac_json({"bench", "--network", "resnet20", "--rounds", "1", "--warmup", "0"});
  CHECK(json["options"]["network"] == "resnet20");
  CHECK(json["options"]["weights"].is_null());
  CHECK(json["weights_sha256"].is_null());
  CHECK(json["architecture"] == "ResNet20");
  CHECK(json["ratio"].get<double>() > 0);
  CHECK(json["table"].empty());
  const CliInputs inputs;
  CHECK(test::dpac_usage_error({"bench"}) == "--weights or --network is required");
  CHECK(test::dpac_usage_error({"bench", "--weights", inputs.weights, "--network", "resnet20"}) ==
        "--weights excludes --network");
  CHECK(test::dpac_usage_error({"bench", "--network", "resnet51"}).find("resnet50") != std::string::npos);
  CHECK(test::dpac_usage_error({"bench", "--network", "resnet20", "--heads", "2"}) ==
        "--heads was given, but resnet20 is no BERT");
}

TEST_CASE("bench --all has a row for every noise in every arithmetic, and says which are not here") {
  const auto json = dpac_json({"bench", "--network", "resnet20", "--batch", "2", "--all", "--rounds", "1",
                               "--warmup", "0", "--sigma-weight", "0.2"});
  std::set<std::string> rows;
  for (const auto& row : json["table"]) {
    CHECK(row["ms_per_sample"].get<double>() > 0);
    CHECK(row["ratio"].get<double>() > 0);
    CHECK(row["weight_bits"].is_null() ==
          (row["arithmetic"] != "int8" && (row["noise"] == "none" || row["noise"] == "shot")));
    CHECK(rows.insert(row["noise"].get<std::string>() + " " + row["arithmetic"].get<std::string>()).second);
  }
  for (const char* noise : {"none", "shot", "thermal", "weight", "programming"}) {
    CHECK(rows.contains(std::string(noise) + " float32"));
  }
  std::size_t missing = 0;
  for (const auto& notice : json["notices"]) {
    missing += notice.get<std::string>().starts_with("there are no rows in ") ? 1U : 0U;
  }
  const bool bfloat16 = rows.contains("shot bfloat16"), integers = rows.contains("thermal int8");
  CHECK(missing == std::size_t{!bfloat16} + std::size_t{!integers});
  CHECK(json["options"]["noise"].is_null());
  CHECK(json["options"]["all"] == true);
  CHECK(json["noisy_ms_per_sample"].is_null());
  CHECK(json["clean_ms_per_sample"].get<double>() > 0);
  CHECK(test::dpac_usage_error({"bench", "--network", "resnet20", "--all", "--noise", "shot"}) ==
        "--noise excludes --all");
}
