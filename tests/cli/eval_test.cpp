#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/cli_inputs.h"
#include "tests/support/program.h"

using namespace dpac;
using test::CliInputs;
using test::dpac_error;
using test::dpac_json;

namespace {

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::vector<std::vector<std::string>> csv_rows(const std::string& file) {
  std::ifstream stream(file);
  std::vector<std::vector<std::string>> rows;
  for (std::string line; std::getline(stream, line);) {
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

/// Share of rows below the header whose label is the prediction.
double top1_of(const std::vector<std::vector<std::string>>& rows) {
  const auto right =
      std::count_if(rows.begin() + 1, rows.end(), [](const auto& row) { return row[1] == row[2]; });
  return static_cast<double>(right) / static_cast<double>(rows.size() - 1);
}

const std::vector<std::string> kNoisy{"--noise", "shot", "--energy", "20"};

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

}  // namespace

TEST_CASE("eval without noise: all keys, and null for what needs noise") {
  const CliInputs inputs;
  const auto json = dpac_json(inputs.arguments("eval", {}));
  CHECK(json["command"] == "eval");
  CHECK(json["samples"] == 20);
  CHECK(json["seeds"].empty());
  for (const char* key :
       {"top1_std", "energy_per_mac", "aj_per_mac", "energy_per_inference", "relative_time", "layers"}) {
    CAPTURE(key);
    REQUIRE(json.contains(key));
    CHECK(json[key].is_null());
  }
  for (const char* key : {"top1", "top5", "macs", "ms_per_sample", "samples_per_second"}) {
    CAPTURE(key);
    CHECK(json[key].is_number());
  }
  CHECK(json["top1"].get<double>() <= json["top5"].get<double>());
  CHECK(json["options"]["preset"] == "cifar");
  CHECK(json["options"]["mean"].size() == 3);
  CHECK(json["options"]["batch"] == 16);
  CHECK(json["arithmetic"] == "float32");
  CHECK(json["quantization"] ==
        nlohmann::json{{"weight_bits", nullptr}, {"act_bits", nullptr}, {"calibration", nullptr}});
}

TEST_CASE("The chosen preset is said on stderr only, and not at all with --quiet") {
  const CliInputs inputs;
  const auto loud = test::run_dpac(inputs.arguments("eval", {}));
  CHECK(loud.err.starts_with("dpac: preset cifar, as the weights suggest: "));
  CHECK(loud.out.starts_with("network ResNet"));
  CHECK(loud.out.find("\ntop-1   ") != std::string::npos);
  CHECK(loud.out.find("nan") == std::string::npos);
  CHECK(test::run_dpac(inputs.arguments("eval", {"--quiet"})).err == "");
  const std::string told = test::run_dpac(inputs.arguments("eval", {"--preset", "cifar"})).err;
  CHECK(told.find("preset") == std::string::npos);
}

TEST_CASE("Predictions and logits agree with the accuracy and with each other") {
  const CliInputs inputs;
  const std::string csv = inputs.file("p.csv"), h5 = inputs.file("l.h5");
  const auto json =
      dpac_json(inputs.arguments("eval", {"--limit", "10", "--predictions", csv, "--logits", h5}));
  const auto rows = csv_rows(csv);
  REQUIRE(rows.size() == 11);
  CHECK(rows[0] == std::vector<std::string>{"index", "label", "prediction", "probability"});
  CHECK(top1_of(rows) == json["top1"]);

  const Hdf5Dataset logits = Hdf5File::open(h5).dataset("logits");
  REQUIRE(logits.shape() == Shape{10, 10});
  const Tensor values = logits.read_floats();
  for (std::size_t i = 0; i < 10; ++i) {
    const auto own = values.values().subspan(10 * i, 10);
    const auto top = std::max_element(own.begin(), own.end());
    double sum = 0;
    for (const float l : own) sum += std::exp(l - *top);
    CHECK(rows[i + 1][2] == std::to_string(top - own.begin()));
    CHECK(std::stod(rows[i + 1][3]) == doctest::Approx(1 / sum).epsilon(1e-4));
  }
}

TEST_CASE("Batch size and threads change no prediction, clean or noisy; the seed does") {
  const CliInputs inputs;
  for (const auto& noise : {std::vector<std::string>{}, kNoisy}) {
    const auto predictions = [&](const std::vector<std::string>& more) {
      const std::string csv = inputs.file("p.csv");
      dpac_json(inputs.arguments("eval", joined(joined(noise, {"--predictions", csv}), more)));
      return text_of(csv);
    };
    const std::string reference = predictions({"--batch", "16", "--threads", "1"});
    CHECK(predictions({"--batch", "1", "--threads", "1"}) == reference);
    CHECK(predictions({"--batch", "7", "--threads", "2"}) == reference);
    CHECK((predictions({"--seed", "1"}) == reference) == noise.empty());
  }
}

TEST_CASE("A part of the data keeps its samples' noise") {
  const CliInputs inputs;
  const std::string all = inputs.file("all.csv"), part = inputs.file("part.csv");
  dpac_json(inputs.arguments("eval", joined(kNoisy, {"--predictions", all})));
  dpac_json(inputs.arguments("eval", joined(kNoisy, {"--predictions", part, "--limit", "5"})));
  const auto every = csv_rows(all), some = csv_rows(part);
  REQUIRE(some.size() == 6);
  for (std::size_t i = 1; i < some.size(); ++i) CHECK(some[i] == every[std::stoul(some[i][0]) + 1]);
}

TEST_CASE("Several seeds: each as if run alone, their spread, and an interval over the images") {
  const CliInputs inputs(60);
  const std::string predictions = inputs.file("p.csv");
  const auto json = dpac_json(inputs.arguments("eval", joined(kNoisy, {"--seed", "5", "--seeds", "3"})));
  REQUIRE(json["seeds"].size() == 3);
  std::vector<int> right(60);
  const auto add_right = [&](int by) {
    const auto rows = csv_rows(predictions);
    for (std::size_t i = 0; i < right.size(); ++i) right[i] += rows[i + 1][1] == rows[i + 1][2] ? by : 0;
  };
  double sum = 0, squares = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    CHECK(json["seeds"][i]["seed"] == 5 + i);
    const auto alone = dpac_json(inputs.arguments(
        "eval", joined(kNoisy, {"--seed", std::to_string(5 + i), "--predictions", predictions})));
    CHECK(json["seeds"][i]["top1"] == alone["top1"]);
    const double top1 = alone["top1"];
    sum += top1;
    squares += top1 * top1;
    add_right(1);
  }
  const double mean = sum / 3;
  CHECK(json["top1"].get<double>() == doctest::Approx(mean));
  CHECK(json["top1_std"].get<double>() == doctest::Approx(std::sqrt((squares - 3 * mean * mean) / 2)));
  const auto half_width = [&](const std::vector<double>& values, double about) {
    double all = 0;
    for (const double value : values) all += (value - about) * (value - about);
    return 1.959964 * std::sqrt(all / 59 / 60);
  };
  std::vector<double> fractions, differences;
  for (const int times : right) fractions.push_back(times / 3.0);
  CHECK(json["top1_ci95"][0].get<double>() ==
        doctest::Approx(std::max(0.0, mean - half_width(fractions, mean))));
  CHECK(json["top1_ci95"][1].get<double>() == doctest::Approx(mean + half_width(fractions, mean)));

  std::fill(right.begin(), right.end(), 0);
  const auto clean = dpac_json(inputs.arguments("eval", {"--predictions", predictions}));
  add_right(1);
  const double loss = clean["top1"].get<double>() - mean;
  for (std::size_t i = 0; i < 60; ++i) differences.push_back(right[i] - fractions[i]);
  CHECK(json["noise_free_top1"] == clean["top1"]);
  CHECK(json["loss"]["mean"].get<double>() == doctest::Approx(loss));
  CHECK(json["loss"]["ci95"][1].get<double>() == doctest::Approx(loss + half_width(differences, loss)));
  CHECK(dpac_json(inputs.arguments("eval", joined(kNoisy, {"--no-baseline"})))["loss"].is_null());
}

TEST_CASE("Energy is counted in photons and attojoules") {
  const CliInputs inputs;
  const auto json = dpac_json(inputs.arguments("eval", joined(kNoisy, {"--wavelength-nm", "775"})));
  CHECK(json["energy_per_mac"] == 20);
  CHECK(json["aj_per_mac"].get<double>() == doctest::Approx(20 * 0.256315).epsilon(1e-5));
  CHECK(json["energy_per_inference"].get<double>() == doctest::Approx(20.0 * json["macs"].get<double>()));
}

TEST_CASE("A sweep gives a point per energy, each as if run alone") {
  const CliInputs inputs;
  const auto json = dpac_json(inputs.arguments("eval", {"--noise", "shot", "--energies-sweep", "1,20"}));
  CHECK(json["top1"].is_null());
  REQUIRE(json["points"].size() == 2);
  CHECK(json["points"][0]["energy"] == 1);
  const auto alone = dpac_json(inputs.arguments("eval", kNoisy));
  for (const char* key : {"top1", "top5", "seeds", "top1_ci95", "aj_per_mac"}) {
    CAPTURE(key);
    CHECK(json["points"][1][key] == alone[key]);
  }
  const auto outcome =
      test::run_dpac(inputs.arguments("eval", {"--noise", "shot", "--energies-sweep", "1,20"}));
  CHECK(outcome.out.find("\nphotons/MAC ") != std::string::npos);
}

TEST_CASE("Noise and energy must be given together, and energies be positive") {
  const CliInputs inputs;
  const auto error = [&](const std::vector<std::string>& more) {
    return test::dpac_usage_error(inputs.arguments("eval", more));
  };
  CHECK(
      error({"--noise", "shot"}) ==
      "--noise shot needs an energy: give --energy E (photons per MAC, for instance 10), --energies FILE or "
      "--energies-sweep A,B,...");
  CHECK(error({"--energy", "3"}) ==
        "--energy was given, but there is no noise for it to act on: add --noise shot, thermal, output, "
        "weight or "
        "programming");
  for (const std::string energy : {"0", "-2", "nan", "inf", "1e-60"}) {
    CAPTURE(energy);
    const std::string expected = ", expected a positive number";
    CHECK(error({"--noise", "shot", "--energy", energy}).starts_with("--energy is "));
    CHECK(error({"--noise", "shot", "--energy", energy}).ends_with(expected));
    CHECK(error({"--noise", "shot", "--energies-sweep", "1," + energy}).starts_with("--energies-sweep is "));
  }
  CHECK(error({"--noise", "shot", "--energy", "1", "--wavelength-nm", "0"}) ==
        "--wavelength-nm is '0', expected a positive number");
}

TEST_CASE("Files of predictions are for a single pass") {
  const CliInputs inputs;
  CHECK(test::dpac_usage_error(
            inputs.arguments("eval", joined(kNoisy, {"--seeds", "2", "--logits", inputs.file("l.h5")}))) ==
        "--predictions and --logits are for one energy and one seed, but this run has 2 passes");
  CHECK(!std::filesystem::exists(inputs.file("l.h5")));
}
