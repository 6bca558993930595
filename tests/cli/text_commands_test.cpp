// Every command but `eval` on BERT encoders.

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/program.h"
#include "tests/support/text_inputs.h"

using namespace dpac;
using test::dpac_json;
using test::TextHead;
using test::TextInputs;

namespace {

constexpr const char* kScores = "encoder.layer.0.attention.self.qk";

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(file).rdbuf();
  return text.str();
}

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

nlohmann::json layer_named(const nlohmann::json& layers, const std::string& name) {
  for (const auto& layer : layers) {
    if (layer["name"] == name) return layer;
  }
  return nullptr;
}

/// Few and small batches of the pairs themselves.
std::vector<std::string> learning(const TextInputs& inputs, const std::string& command,
                                  const std::vector<std::string>& more) {
  return joined(
      inputs.arguments(command, {"--train-data", inputs.data, "--train-batch", "8", "--steps", "3"}), more);
}

}  // namespace

TEST_CASE("info counts for a sequence of --max-length tokens") {
  const TextInputs inputs;
  const auto json = dpac_json(inputs.model("info", {"--max-length", "10"}));
  CHECK(json["options"]["max_length"] == 10);
  CHECK(json["class_names"] == nlohmann::json{"entailment", "neutral", "contradiction"});
  CHECK(json["layers"].size() == 2 * 8 + 2);
  const auto scores = layer_named(json["layers"], kScores);
  CHECK(scores["D"] == 16);
  CHECK(scores["N"] == 2 * 10 * 10);
  CHECK(dpac_json(inputs.model("info", {}))["options"]["max_length"] == 24);
}

TEST_CASE("calibrate writes ranges that eval takes") {
  const TextInputs inputs;
  const std::string file = inputs.file("ranges.h5");
  const auto json = dpac_json(inputs.arguments("calibrate", {"--calibration-batches", "1", "--out", file}));
  CHECK(json["ranges"].size() > 20);
  const auto eval = dpac_json(inputs.arguments("eval", {"--bits", "8", "--calibration", file}));
  CHECK(eval["quantization"]["act_bits"] == 8);
}

TEST_CASE("trace: padded datasets, whose products of attention are those of their inputs") {
  const TextInputs inputs;
  const std::string out = inputs.file("t.h5");
  dpac_json(
      inputs.arguments("trace", {"--limit", "3", "--layers", "encoder.layer.0.*,classifier", "--out", out}));
  const Hdf5File file = Hdf5File::open(out);
  const Tensor lengths = file.read_floats("lengths");
  const auto tokens =
      static_cast<int64_t>(*std::max_element(lengths.values().begin(), lengths.values().end()));
  const std::string self = "encoder.layer.0.attention.self.";
  const Tensor query = file.read_floats(self + "query/noisy"), key = file.read_floats(self + "key/noisy");
  REQUIRE(query.shape() == Shape{3, 32, tokens});
  const Tensor scores = file.read_floats(self + "qk/pre"), operand = file.read_floats(self + "qk/input");
  REQUIRE(scores.shape() == Shape{3, 2, tokens, tokens});
  REQUIRE(operand.shape() == Shape{3, 2, tokens, 16});
  CHECK(file.dataset(self + "pv/pre").shape() == Shape{3, 2, tokens, 16});
  CHECK(file.dataset(self + "pv/input").shape() == Shape{3, 2, tokens, tokens});
  CHECK(file.dataset("classifier/input").shape() == Shape{3, 32});
  CHECK(file.dataset("classifier/noisy").shape() == Shape{3, 3});

  const auto t = static_cast<std::size_t>(tokens);
  for (std::size_t n = 0; n < 3; ++n) {
    const auto length = static_cast<std::size_t>(lengths.values()[n]);
    for (std::size_t h = 0; h < 2; ++h) {
      for (std::size_t i = 0; i < t * t; ++i) {
        const std::size_t row = i / t, column = i % t;
        double expected = 0;
        for (std::size_t f = 16 * h; f < 16 * h + 16; ++f) {
          expected += static_cast<double>(query.values()[(n * 32 + f) * t + row]) *
                      static_cast<double>(key.values()[(n * 32 + f) * t + column]);
        }
        if (row >= length || column >= length) expected = 0;
        REQUIRE(scores.values()[((n * 2 + h) * t) * t + i] == doctest::Approx(expected).epsilon(1e-3));
      }
    }
  }
}

TEST_CASE("bits reports every layer, the products of attention too") {
  const TextInputs inputs;
  const auto json =
      dpac_json(inputs.arguments("bits", {"--noise", "shot", "--energy", "20", "--bits-samples", "8"}));
  REQUIRE(json["points"].size() == 1);
  CHECK(json["points"][0]["top1_noise"].is_number());
  CHECK(json["points"][0]["layers"].size() == 18);
  CHECK(layer_named(json["points"][0]["layers"], kScores)["bits"].get<double>() > 0);
}

TEST_CASE("bench runs on random tokens, on text, and a step of learning") {
  const TextInputs inputs;
  const std::vector<std::string> few{"--rounds", "1", "--warmup", "0", "--batch", "4"};
  const auto random = dpac_json(inputs.model("bench", joined(few, {"--max-length", "12"})));
  CHECK(random["samples_per_round"] == 4);
  CHECK(random["mean_tokens"] == 12);
  CHECK(random["ratio"].get<double>() > 0);
  const auto text = dpac_json(inputs.arguments("bench", few));
  CHECK(text["samples_per_round"] == 40);
  CHECK(text["mean_tokens"].get<double>() == doctest::Approx(inputs.mean_tokens));
  CHECK(dpac_json(inputs.model("bench", joined(few, {"--learning"})))["noisy_ms_per_sample"].get<double>() >
        0);
  CHECK(dpac_json(inputs.model("bench", joined(few, {"--noise", "weight"})))["samples_per_round"] == 32);
}

TEST_CASE("Under weight noise the products of attention have no energy, and files need none for them") {
  const TextInputs inputs;
  const std::string h5 = inputs.file("e.h5"), csv = inputs.file("e.csv");
  const auto learned = dpac_json(
      learning(inputs, "learn", {"--noise", "weight", "--target-energy", "10", "--out", h5, "--csv", csv}));
  CHECK(learned["energies"][kScores].is_null());
  CHECK(layer_named(learned["layers"], kScores)["energy_per_mac"].is_null());
  CHECK(learned["relative_time"] == 1);
  CHECK(learned["macs"] == dpac_json(inputs.arguments("eval"))["macs"]);
  CHECK(text_of(csv).find(".qk") == std::string::npos);
  CHECK(Hdf5File::open(h5).datasets().size() == 14);
  for (const std::string& file : {h5, csv}) {
    const auto eval = dpac_json(inputs.arguments("eval", {"--noise", "weight", "--energies", file}));
    CHECK(eval["energy_per_mac"].get<double>() == doctest::Approx(learned["energy_per_mac"].get<double>()));
  }
  const std::string error =
      test::dpac_error(inputs.arguments("eval", {"--noise", "shot", "--energies", csv}));
  CHECK(error.find("has no energy for 4 of the network's 18 analog layers") != std::string::npos);
}

TEST_CASE("learn starts at 20, resumes, and counts Spearman's coefficient of a regression as its accuracy") {
  const TextInputs inputs(24, TextHead::score);
  const std::vector<std::string> more{"--noise", "shot", "--target-energy", "5"};
  const auto json = dpac_json(learning(inputs, "learn", more));
  CHECK(json["options"]["start"] == 20);
  CHECK(json["history"].size() == 3);
  CHECK(json["history"][0]["accuracy"].is_null());
  CHECK(json["history"][0]["energy_per_mac"].get<double>() == doctest::Approx(20));
  CHECK(json["top1"] == json["metrics"]["spearman"]);
  const auto again = dpac_json(learning(inputs, "learn", joined(more, {"--state", inputs.file("state")})));
  CHECK(again["energies"] == json["energies"]);
  const auto analytic =
      dpac_json(joined(inputs.arguments("learn", {"--train-data", inputs.data}),
                       joined(more, {"--method", "analytic", "--images", "8", "--per", "channel"})));
  CHECK(analytic["energy_per_mac"].get<double>() == doctest::Approx(5).epsilon(1e-3));
}

TEST_CASE("search and table find energies; plot and report show them") {
  const TextInputs inputs;
  const std::string searched = inputs.file("s.json"), tabled = inputs.file("t.json"),
                    page = inputs.file("r.html");
  const std::vector<std::string> few{"--tries", "2", "--target-accuracy", "0.01", "--bracket", "50,500"};
  const auto search =
      test::run_dpac(learning(inputs, "search", joined(few, {"--noise", "weight", "--json", searched})));
  REQUIRE(search.exit_code == 0);
  const auto json = nlohmann::json::parse(text_of(searched));
  CHECK(json["allocations"].size() == 3);
  CHECK(json["allocations"][1]["energies"][kScores].is_null());
  const auto table = test::run_dpac(learning(
      inputs, "table", joined(few, {"--noises", "shot,weight", "--kinds", "uniform", "--json", tabled})));
  REQUIRE(table.exit_code == 0);
  CHECK(nlohmann::json::parse(text_of(tabled))["rows"].size() == 2);
  CHECK(test::run_dpac({"report", searched, tabled, "--out", page}).exit_code == 0);
}
