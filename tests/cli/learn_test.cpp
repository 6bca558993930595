#include <cmath>
#include <fstream>
#include <map>
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

namespace {

const Words kShort{"--steps", "6",  "--train-batch", "5",  "--target-energy", "10",
                   "--start", "40", "--lr",          "0.1"};

nlohmann::json learn(const LearningInputs& inputs, const Words& more) {
  return dpac_json(inputs.arguments("learn", joined(kShort, more)));
}

/// Of every analog layer, 1 or the number of its channels.
std::map<std::string, std::size_t> sizes(const nlohmann::json& energies) {
  std::map<std::string, std::size_t> sizes;
  for (const auto& [name, values] : energies.items()) sizes[name] = values.is_number() ? 1 : values.size();
  return sizes;
}

/// sum_l mean(E_l) MACs_l / sum_l MACs_l.
double energy_per_mac(const nlohmann::json& energies, const nlohmann::json& info) {
  double spent = 0, macs = 0;
  for (const auto& layer : info["layers"]) {
    const auto& own = energies[layer["name"].get<std::string>()];
    double sum = 0;
    for (const auto& e : own) sum += e.get<double>();
    const double n = layer["macs"];
    spent += n * sum / static_cast<double>(own.is_number() ? 1 : own.size());
    macs += n;
  }
  return spent / macs;
}

}  // namespace

TEST_CASE("learn: every key; its files are what --energies reads, with the same accuracy") {
  const LearningInputs inputs;
  for (const std::string per : {"layer", "channel"}) {
    CAPTURE(per);
    const std::string h5 = inputs.inputs.file("e.h5"), csv = inputs.inputs.file("e.csv");
    const auto json =
        learn(inputs, {"--data", inputs.judge, "--seeds", "2", "--per", per, "--out", h5, "--csv", csv});
    CHECK(json["command"] == "learn");
    CHECK(json["options"]["lambda"] == 2);
    CHECK(json["options"]["augment"] == true);
    CHECK(json["ms_per_step"].get<double>() > 0);
    CHECK(json["peak_rss_bytes"].get<double>() > 1e6);
    REQUIRE(json["history"].size() == 6);
    const auto& first = json["history"][0];
    CHECK(first["step"] == 1);
    CHECK(first["energy_per_mac"].get<double>() == doctest::Approx(40));
    CHECK(first["loss"].get<double>() > 2 * std::log(4.0));
    CHECK(json["history"][5]["energy_per_mac"].get<double>() < 30);

    const auto info = dpac_json({"info", inputs.inputs.weights});
    CHECK(json["energy_per_mac"].get<double>() ==
          doctest::Approx(energy_per_mac(json["energies"], info)).epsilon(1e-6));
    for (const std::string& file : {h5, csv}) {
      const auto eval = dpac_json({"eval", "--weights", inputs.inputs.weights, "--data", inputs.judge,
                                   "--noise", "shot", "--energies", file, "--seeds", "2"});
      for (const char* key : {"top1", "seeds", "energy_per_mac", "aj_per_mac", "layers"}) {
        CAPTURE(key);
        CHECK(eval[key] == json[key]);
      }
    }
  }
}

TEST_CASE("learn: an energy per layer or per channel, under every noise; no data, no accuracy") {
  const LearningInputs inputs;
  const auto info = dpac_json({"info", inputs.inputs.weights});
  std::map<std::string, std::size_t> channels, single;
  for (const auto& layer : info["layers"]) {
    channels[layer["name"]] = layer["out_channels"];
    single[layer["name"]] = 1;
  }
  for (const std::string noise : {"shot", "thermal", "weight"}) {
    CAPTURE(noise);
    const auto layer = learn(inputs, {"--noise", noise}),
               channel = learn(inputs, {"--noise", noise, "--per", "channel"});
    CHECK(sizes(layer["energies"]) == single);
    CHECK(sizes(channel["energies"]) == channels);
    CHECK(layer["top1"].is_null());
    CHECK(layer["options"]["data"].is_null());
    CHECK(layer["aj_per_mac"].is_null() == (noise != "shot"));
    if (noise != "shot") CHECK(layer["quantization"]["calibration"]["data"] == inputs.train);
  }
}

TEST_CASE("learn: threads and the batch of evaluations change no bit; the seed and augmentation do") {
  const LearningInputs inputs;
  for (const std::string noise : {"shot", "thermal", "weight"}) {
    CAPTURE(noise);
    const auto history = [&](const Words& more) {
      return learn(inputs, joined({"--noise", noise}, more))["history"];
    };
    const auto reference = history({"--threads", "1"});
    CHECK(history({"--threads", "2", "--batch", "3"}) == reference);
    CHECK(history({"--seed", "1"}) != reference);
    CHECK(history({"--no-augment"}) != reference);
  }
}

TEST_CASE("learn --method analytic: the target's energy from the closed form, unequally shared") {
  const LearningInputs inputs;
  const auto analytic = [&](const Words& more) {
    return dpac_json(
        inputs.arguments("learn", joined({"--method", "analytic", "--target-energy", "30"}, more)));
  };
  for (const std::string per : {"layer", "channel"}) {
    const auto json = analytic({"--per", per, "--images", "20"});
    CHECK(json["energy_per_mac"].get<double>() == doctest::Approx(30).epsilon(1e-5));
    CHECK(json["history"].empty());
    CHECK(json["ms_per_step"].is_null());
    CHECK(json["options"]["steps"].is_null());
    CHECK(json["energies"]["conv1"] != json["energies"]["fc"]);
  }
  const std::string file = inputs.inputs.file("analytic.json"), page = inputs.inputs.file("page.html");
  std::ofstream(file) << analytic({}).dump();
  CHECK(test::run_dpac({"report", file, "--out", page}).exit_code == 0);
  const std::string state = inputs.inputs.file("state");
  const auto once = analytic({"--state", state});
  CHECK(analytic({"--state", state})["energies"] == once["energies"]);
  CHECK(analytic({})["energies"] == once["energies"]);
  for (const auto& energy : analytic({"--round-energy"})["energies"])
    CHECK(std::fmod(energy.get<double>(), 1) == 0);
}

TEST_CASE("learn --start FILE begins at the energies of a file, or at their means per layer") {
  const LearningInputs inputs;
  const std::string file = inputs.inputs.file("channels.csv");
  const Words few{"--steps", "2", "--target-energy", "10"};
  const auto begun = dpac_json(inputs.arguments("learn", joined(few, {"--per", "channel", "--csv", file})));
  const auto on = [&](const Words& more) {
    return dpac_json(inputs.arguments("learn", joined(joined(few, {"--start", file}), more)));
  };
  const double energy = begun["energy_per_mac"];
  for (const char* per : {"channel", "layer"}) {
    CAPTURE(per);
    const auto json = on({"--per", per});
    CHECK(json["options"]["start"] == file);
    CHECK(json["history"][0]["energy_per_mac"].get<double>() == doctest::Approx(energy).epsilon(1e-5));
  }

  const std::string state = inputs.inputs.file("state");
  const auto whole = on({"--state", state});
  CHECK(on({"--state", state})["energies"] == whole["energies"]);
  std::ofstream(file, std::ios::app) << "no_layer,,1\n";
  CHECK(contains(dpac_error(inputs.arguments("learn", joined(few, {"--start", file}))), "no_layer"));
  CHECK(contains(
      test::dpac_usage_error(inputs.arguments("learn", joined(few, {"--start", file, "--out", file}))),
      "--start"));
}

TEST_CASE("learn --start analytic begins at the target's energy") {
  const LearningInputs inputs;
  const auto json =
      dpac_json(inputs.arguments("learn", {"--steps", "2", "--target-energy", "30", "--start", "analytic"}));
  CHECK(json["history"][0]["energy_per_mac"].get<double>() == doctest::Approx(30).epsilon(1e-5));
  CHECK(json["options"]["images"] == 512);
}

TEST_CASE("learn prints layers, energies and what to do where the target is still far") {
  const LearningInputs inputs;
  const auto outcome = test::run_dpac(
      inputs.arguments("learn", joined(kShort, {"--data", inputs.judge, "--preset", "cifar"})));
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.out.starts_with("layer "));
  for (const std::string part : {"\nconv1 ", "aJ per MAC", "target  10\n", "top-1   ", "6 steps, "}) {
    CAPTURE(part);
    CHECK(contains(outcome.out, part));
  }
  CHECK(contains(outcome.err, "dpac: the energy per MAC is still "));
  const auto reached = test::run_dpac(
      inputs.arguments("learn", joined(kShort, {"--target-energy", "100", "--preset", "cifar"})));
  CHECK(reached.exit_code == 2);  // A target twice.
}

TEST_CASE("learn: what makes no sense is an error that names the option") {
  const LearningInputs inputs;
  const auto error = [&](const Words& more) {
    return test::dpac_usage_error(inputs.arguments("learn", more));
  };
  CHECK(error({"--target-energy", "0"}) == "--target-energy is '0', expected a positive number");
  CHECK(error({"--target-energy", "1", "--lr", "-1"}) == "--lr is '-1', expected a positive number");
  CHECK(error({"--target-energy", "1", "--lambda", "-1"}) ==
        "--lambda is '-1', expected a number that is not negative");
  CHECK(error({"--target-energy", "1", "--method", "analytic", "--steps", "5"}) ==
        "--steps was given, but --method analytic learns nothing that it could act on");
  CHECK(error({"--target-energy", "1", "--images", "5"}) ==
        "--images was given, but nothing needs sensitivities: add --method or --start analytic");
  CHECK(error({"--target-energy", "1", "--limit", "5"}) ==
        "--limit was given, but there is nothing to judge accuracy by: add --data");
  const std::string absent = inputs.inputs.file("absent/e.h5");
  CHECK(dpac_error(inputs.arguments("learn", {"--target-energy", "1", "--out", absent}))
            .starts_with(absent + ": cannot be written"));
  CHECK(contains(test::dpac_usage_error(inputs.arguments("learn", {"--target-energy", "1", "--start", "x"})),
                 "--start is 'x', expected a positive number, the word analytic or a file with energies"));
  CHECK(test::run_dpac(inputs.arguments("learn", {"--target-energy", "1", "--noise", "none"})).exit_code ==
        2);
}

TEST_CASE("learn: a training label that is no class is named") {
  const LearningInputs inputs;
  const std::string weights = inputs.inputs.file("two.h5");
  test::write_checkpoint(test::random_resnet({.classes = 2}), weights);
  const std::string message =
      dpac_error({"learn", "--weights", weights, "--train-data", inputs.train, "--target-energy", "1"});
  CHECK(contains(message, "train.bin"));
  CHECK(contains(message, "but the network has the classes 0 ... 1"));
}
