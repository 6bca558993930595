#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/cli_inputs.h"
#include "tests/support/program.h"
#include "tests/support/words.h"

using namespace dpac;
using test::CliInputs;
using test::dpac_error;
using test::dpac_json;
using test::joined;
using test::Words;

namespace {

nlohmann::json eval(const CliInputs& inputs, const Words& more) {
  return dpac_json(inputs.arguments("eval", more));
}

std::vector<float> logits_of(const CliInputs& inputs, const Words& more) {
  eval(inputs, joined(more, {"--logits", inputs.file("l.h5")}));
  const Tensor logits = Hdf5File::open(inputs.file("l.h5")).read_floats("logits");
  return {logits.values().begin(), logits.values().end()};
}

/// A usage error, exit code 2, that says `part`.
void check_usage(const CliInputs& inputs, const Words& more, const std::string& part) {
  const auto outcome = test::run_dpac(inputs.arguments("eval", more));
  CAPTURE(outcome.err);
  CHECK(outcome.exit_code == 2);
  CHECK(outcome.err.find(part) != std::string::npos);
}

std::string usage_error(const CliInputs& inputs, const Words& more) {
  return test::dpac_usage_error(inputs.arguments("eval", more));
}

std::string error(const CliInputs& inputs, const Words& more) {
  return dpac_error(inputs.arguments("eval", more));
}

const std::vector<std::string> kKinds{"shot", "thermal", "weight", "programming", "shot+thermal+weight"};

}  // namespace

TEST_CASE("Batch size and threads change no logit, whatever the noise, quantisers and repeats") {
  const CliInputs inputs(40);
  for (const Words& run :
       {Words{"--bits", "8"},
        {"--bits", "8", "--arithmetic", "float32"},
        {"--noise", "shot", "--energy", "20", "--repeat", "3"},
        {"--noise", "thermal", "--energy", "5"},
        {"--noise", "thermal", "--energy", "5", "--repeat", "energy", "--arithmetic", "float32"},
        {"--noise", "weight", "--energy", "5", "--repeat", "2"},
        {"--noise", "programming", "--energy", "5"},
        {"--noise", "shot+thermal+weight+programming", "--energy", "50"}}) {
    CAPTURE(run);
    const auto logits = [&](const Words& more) { return logits_of(inputs, joined(run, more)); };
    const auto reference = logits({"--batch", "16", "--threads", "1"});
    CHECK(logits({"--batch", "1", "--threads", "1"}) == reference);
    CHECK(logits({"--batch", "7", "--threads", "2"}) == reference);
    const bool noisy = std::find(run.begin(), run.end(), "--noise") != run.end();
    CHECK((logits({"--seed", "1"}) == reference) != noisy);
  }
}

TEST_CASE("K executions at energy E cost what one at K E costs, and take K times as long") {
  const CliInputs inputs;
  for (const std::string& kind : kKinds) {
    CAPTURE(kind);
    const auto repeated = eval(inputs, {"--noise", kind, "--energy", "5", "--repeat", "4"});
    const auto once = eval(inputs, {"--noise", kind, "--energy", "20"});
    for (const char* key : {"energy_per_mac", "aj_per_mac", "energy_per_inference"}) {
      CAPTURE(key);
      CHECK(repeated[key] == once[key]);
    }
    CHECK(repeated["energy_per_mac"] == 20);
    CHECK(repeated["relative_time"] == 4);
    CHECK(once["relative_time"] == 1);
    CHECK(repeated["options"]["repeat"] == 4);
    CHECK(once["aj_per_mac"].is_null() == !kind.starts_with("shot"));
  }
}

TEST_CASE("The ledger has every layer, and its shares and sums") {
  const CliInputs inputs;
  const auto info = dpac_json({"info", inputs.weights});
  std::string csv = "layer,channel,energy\n";
  for (std::size_t l = 0; l < info["layers"].size(); ++l) {
    csv += info["layers"][l]["name"].get<std::string>() + ",," + std::to_string(l + 1) + ".25\n";
  }
  const std::string file = inputs.folder.write("e.csv", csv).string();
  const auto json = eval(inputs, {"--noise", "thermal", "--energies", file});
  REQUIRE(json["layers"].size() == info["layers"].size());
  double energy = 0, share = 0;
  for (std::size_t l = 0; l < info["layers"].size(); ++l) {
    const auto& layer = json["layers"][l];
    CHECK(layer["name"] == info["layers"][l]["name"]);
    CHECK(layer["energy_per_mac"] == static_cast<double>(l) + 1.25);
    CHECK(layer["energy_per_inference"] ==
          (static_cast<double>(l) + 1.25) * info["layers"][l]["macs"].get<double>());
    CHECK(layer["repeats"] == 1);
    energy += layer["energy_per_inference"].get<double>();
    share += layer["share"].get<double>();
  }
  CHECK(json["energy_per_inference"].get<double>() == doctest::Approx(energy));
  CHECK(json["energy_per_mac"].get<double>() == doctest::Approx(energy / info["macs"].get<double>()));
  CHECK(share == doctest::Approx(1));

  const auto whole = eval(inputs, {"--noise", "thermal", "--energies", file, "--repeat", "energy"});
  for (std::size_t l = 0; l < whole["layers"].size(); ++l) {
    CHECK(whole["layers"][l]["energy_per_mac"] == l + 1);
    CHECK(whole["layers"][l]["repeats"] == l + 1);
  }
  CHECK(whole["relative_time"] == 4);  // The mean of 1 ... 7.
}

TEST_CASE("Energies are rounded to whole ones, at least 1") {
  const CliInputs inputs;
  const auto low = eval(inputs, {"--noise", "shot", "--energy", "0.3", "--round-energy"});
  CHECK(low["energy_per_mac"] == 1);
  const auto high = eval(inputs, {"--noise", "shot", "--energies-sweep", "10.4,0.5,10.6", "--round-energy"});
  CHECK(high["points"][0]["energy"] == 10.4);
  CHECK(high["points"][0]["energy_per_mac"] == 10);
  CHECK(high["points"][1]["energy_per_mac"] == 1);
  CHECK(high["points"][2]["energy_per_mac"] == 11);
  const auto repeated = eval(inputs, {"--noise", "shot", "--energy", "10.4", "--repeat", "energy"});
  CHECK(repeated["energy_per_mac"] == 10);
  CHECK(repeated["relative_time"] == 10);
}

TEST_CASE("A sweep with seeds gives every point as if run alone, whatever the noise") {
  const CliInputs inputs(40);
  for (const std::string& kind : kKinds) {
    CAPTURE(kind);
    const Words seeds{"--noise", kind, "--seeds", "6", "--seed", "2"};
    const auto sweep = eval(inputs, joined(seeds, {"--energies-sweep", "1,4,50"}));
    REQUIRE(sweep["points"].size() == 3);
    const auto alone = eval(inputs, joined(seeds, {"--energy", "4", "--batch", "1"}));
    for (const char* key : {"top1", "seeds", "top1_std", "top1_ci95", "energy_per_mac", "layers"}) {
      CAPTURE(key);
      CHECK(sweep["points"][1][key] == alone[key]);
    }
  }
  const auto table =
      test::run_dpac(inputs.arguments("eval", {"--noise", "weight", "--energies-sweep", "1,4", "--quiet"}));
  CHECK(table.out.find("\nx base energy/MAC ") != std::string::npos);
  const auto line =
      test::run_dpac(inputs.arguments("eval", {"--noise", "weight", "--energy", "4", "--repeat", "2"}));
  CHECK(line.out.find("energy  8 x base energy per MAC; ") != std::string::npos);
  CHECK(line.out.find("repeats 2 executions of a layer") != std::string::npos);
}

TEST_CASE("Constants of the noise count: half of sigma is four times the energy") {
  const CliInputs inputs;
  const Words thermal{"--noise", "thermal", "--energy", "4"}, weight{"--noise", "weight", "--energy", "4"};
  CHECK(logits_of(inputs, thermal) ==
        logits_of(inputs, {"--noise", "thermal", "--energy", "16", "--sigma-thermal", "0.02"}));
  CHECK(logits_of(inputs, weight) ==
        logits_of(inputs, {"--noise", "weight", "--energy", "16", "--sigma-weight", "0.2"}));
  CHECK(logits_of(inputs, joined(thermal, {"--sigma-thermal", "0"})) ==
        logits_of(inputs, {"--bits", "8", "--calibration-method", "percentile"}));
}

TEST_CASE("Thermal and weight noise have 8 bits unless told otherwise") {
  const CliInputs inputs;
  const auto bits = [&](const Words& more) {
    const auto quantization = eval(inputs, more)["quantization"];
    return std::pair(quantization["weight_bits"], quantization["act_bits"]);
  };
  const nlohmann::json none = nullptr;
  CHECK(bits({}) == std::pair(none, none));
  CHECK(bits({"--noise", "shot", "--energy", "1"}) == std::pair(none, none));
  CHECK(bits({"--noise", "weight", "--energy", "1"}) == std::pair(nlohmann::json(8), nlohmann::json(8)));
  CHECK(bits({"--noise", "weight", "--energy", "1", "--bits", "none"}) == std::pair(none, none));
  CHECK(bits({"--noise", "thermal", "--energy", "1", "--act-bits", "none"}) ==
        std::pair(nlohmann::json(8), none));
  CHECK(bits({"--bits", "4.5", "--weight-bits", "3"}) == std::pair(nlohmann::json(3), nlohmann::json(4.5)));
  CHECK(logits_of(inputs, {"--bits", "8"}) != logits_of(inputs, {}));
  CHECK(logits_of(inputs, {"--bits", "2.5"}) != logits_of(inputs, {"--bits", "2"}));
}

TEST_CASE("Noises act together in any order, each once") {
  const CliInputs inputs;
  const auto with = [](const std::string& noise) { return Words{"--noise", noise, "--energy", "20"}; };
  const nlohmann::json options = eval(inputs, with("weight+shot"))["options"];
  CHECK(options["noise"] == "shot+weight");
  CHECK(logits_of(inputs, with("weight+shot")) == logits_of(inputs, with("shot+weight")));
  for (const char* part : {"shot", "weight"})
    CHECK(logits_of(inputs, with("shot+weight")) != logits_of(inputs, with(part)));
  check_usage(inputs, with("shot+shot"), "--noise names 'shot' twice");
  check_usage(inputs, with("shot+none"), "--noise is 'shot+none': 'none' stands alone");
  check_usage(inputs, with("shot+"), "--noise is 'shot+', expected values with one + between two of them");
  check_usage(inputs, with("shot+quantum"),
              "--noise is 'quantum', expected one of none, shot, thermal, output, weight, programming");
}

TEST_CASE("A silent part changes nothing, and a chip is one for all samples of a seed") {
  const CliInputs inputs(40);
  const Words shot{"--noise", "shot", "--energy", "20"};
  const Words silent{"--noise", "shot+thermal", "--energy", "20", "--sigma-thermal", "0", "--bits", "none"};
  CHECK(logits_of(inputs, silent) == logits_of(inputs, shot));
  const Words chip{"--noise", "programming", "--energy", "1"};
  CHECK(eval(inputs, chip)["options"]["sigma_programming"] == nlohmann::json({0.03, 0.0, 0.0}));
  CHECK(logits_of(inputs, joined(chip, {"--sigma-programming", "0.03"})) == logits_of(inputs, chip));
  CHECK(logits_of(inputs, joined(chip, {"--sigma-programming", "0.03,0.01,0"})) != logits_of(inputs, chip));
  CHECK(logits_of(inputs, joined(chip, {"--seed", "1"})) != logits_of(inputs, chip));
  check_usage(inputs, joined(chip, {"--sigma-programming", "0.1,0.2"}), "--sigma-programming has 2 numbers");
  check_usage(inputs, joined(chip, {"--sigma-programming", "-1"}), "--sigma-programming");
}

TEST_CASE("Output noise follows the ranges before activations, with its own constant") {
  const CliInputs inputs(40);
  const Words output{"--noise", "output", "--energy", "2"};
  const auto options = eval(inputs, output)["options"];
  CHECK(options["sigma_output"] == 0.01);
  CHECK(options["act_bits"] == 8);
  CHECK(options["calibration_method"] == "ema");
  CHECK(logits_of(inputs, joined(output, {"--sigma-output", "0.01"})) == logits_of(inputs, output));
  CHECK(logits_of(inputs, joined(output, {"--sigma-output", "0.02"})) != logits_of(inputs, output));
  check_usage(inputs, {"--noise", "shot", "--energy", "2", "--sigma-output", "0.02"},
              "--sigma-output was given, but the noise is 'shot': give --noise output or shot+output");
}

TEST_CASE("Numbers that cannot be are refused by the option's name") {
  const CliInputs inputs;
  const Words thermal{"--noise", "thermal", "--energy", "1"};
  for (const std::string option : {"--bits", "--weight-bits", "--act-bits"}) {
    for (const std::string bits : {"0.5", "0", "-3", "25", "nan", "inf"}) {
      CAPTURE(bits);
      check_usage(inputs, {option, bits},
                  option + " is '" + bits + "', expected a number of bits from 1 to 24");
    }
    check_usage(inputs, {option, "many"}, option + " is 'many', expected a number of bits from 1 to 24");
  }
  CHECK(usage_error(inputs, joined(thermal, {"--sigma-thermal", "-1"})) ==
        "--sigma-thermal is '-1', expected a number that is not negative");
  CHECK(usage_error(inputs, joined(thermal, {"--sigma-thermal", "nan"}))
            .starts_with("--sigma-thermal is 'nan', "));
  CHECK(usage_error(inputs, joined(thermal, {"--sigma-weight", "1"})) ==
        "--sigma-weight was given, but the noise is 'thermal': give --noise weight or thermal+weight");
  CHECK(usage_error(inputs, {"--sigma-weight", "1"}) ==
        "--sigma-weight was given, but the noise is 'none': give --noise weight");
  CHECK(usage_error(inputs, {"--noise", "weight"}) ==
        "--noise weight needs an energy: give --energy E (a multiple of the base energy, for instance 10), "
        "--energies FILE or --energies-sweep A,B,...");
  CHECK(usage_error(inputs, {"--noise", "weight", "--energy", "0"}) ==
        "--energy is '0', expected a positive number");
  for (const std::string repeat : {"0", "-1", "1.5", "65537", "nan", "energies"}) {
    check_usage(inputs, joined(thermal, {"--repeat", repeat}),
                "--repeat is '" + repeat + "', expected a whole number from 1 to 65536 or the word energy");
  }
  CHECK(usage_error(inputs, {"--repeat", "2"}).starts_with("--repeat was given, but there is no noise"));
  CHECK(
      usage_error(inputs, {"--round-energy"}).starts_with("--round-energy was given, but there is no noise"));
  CHECK(error(inputs, {"--noise", "shot", "--energy", "70000", "--repeat", "energy"})
            .starts_with("layer 'conv1': "));
  check_usage(inputs, {"--arithmetic", "int4"}, "int4");
}
