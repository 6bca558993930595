#include <string>

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
