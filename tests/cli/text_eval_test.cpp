// `dpac eval` of BERT encoders.

#include <algorithm>
#include <cmath>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/hdf5/hdf5_file.h"
#include "study/metrics/metrics.h"
#include "tests/support/program.h"
#include "tests/support/text_inputs.h"

using namespace dpac;
using test::dpac_json;
using test::TextHead;
using test::TextInputs;

namespace {

using Rows = std::vector<std::vector<std::string>>;
const std::vector<std::string> kNoisy{"--noise", "shot", "--energy", "20"};

std::vector<std::string> joined(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// Without the header; an empty last cell is there.
Rows csv_rows(const std::string& file) {
  std::ifstream stream(file);
  Rows rows;
  std::string line;
  std::getline(stream, line);
  while (std::getline(stream, line)) {
    rows.emplace_back();
    std::istringstream cells(line);
    for (std::string cell; std::getline(cells, cell, ',');) rows.back().push_back(cell);
  }
  return rows;
}

std::vector<double> column(const Rows& rows, std::size_t number) {
  std::vector<double> values;
  for (const auto& row : rows) values.push_back(std::stod(row[number]));
  return values;
}

Tensor logits_of(const std::vector<std::string>& arguments, const std::string& file) {
  dpac_json(joined(arguments, {"--logits", file}));
  return Hdf5File::open(file).read_floats("logits");
}

double largest_difference(const Tensor& a, const Tensor& b) {
  REQUIRE(a.shape() == b.shape());
  double largest = 0;
  for (std::size_t i = 0; i < a.values().size(); ++i) {
    largest =
        std::max(largest, std::abs(static_cast<double>(a.values()[i]) - static_cast<double>(b.values()[i])));
  }
  return largest;
}

}  // namespace

TEST_CASE("A classifier of pairs: top-1, metrics, and what was counted") {
  const TextInputs inputs;
  const std::string csv = inputs.file("p.csv");
  const auto json = dpac_json(inputs.arguments("eval", {"--predictions", csv}));
  CHECK(json["samples"] == 40);
  CHECK(json["top5"].is_null());
  CHECK(json["text"].is_null());
  CHECK(json["mean_tokens"].get<double>() == doctest::Approx(inputs.mean_tokens));
  CHECK(json["options"]["max_length"] == 24);
  CHECK(json["options"]["vocab"] == inputs.file("vocab.txt"));
  CHECK_FALSE(json["options"].contains("preset"));
  CHECK(json["metrics"]["accuracy"] == json["top1"]);
  for (const char* key : {"f1", "pearson", "spearman"}) CHECK(json["metrics"][key].is_null());

  const Rows rows = csv_rows(csv);
  REQUIRE(rows.size() == 40);
  int right = 0;
  std::vector<int> labels, predictions;
  for (const auto& row : rows) {
    labels.push_back(std::stoi(row[1]));
    predictions.push_back(std::stoi(row[2]));
    right += labels.back() == predictions.back();
  }
  CHECK(json["top1"].get<double>() == right / 40.0);
  CHECK(json["metrics"]["matthews"].get<double>() ==
        doctest::Approx(*classification_metrics(predictions, labels, 3).matthews));
}

TEST_CASE("Batch size and threads change no logit of a text, under any noise; the seed does") {
  const TextInputs inputs;
  const std::string h5 = inputs.file("l.h5");
  for (const char* noise : {"none", "shot", "thermal", "weight"}) {
    CAPTURE(noise);
    std::vector<std::string> more{"--noise", noise};
    if (noise != std::string("none")) more.insert(more.end(), {"--energy", "50"});
    const auto logits = [&](const std::vector<std::string>& run) {
      return logits_of(inputs.arguments("eval", joined(more, run)), h5);
    };
    const Tensor reference = logits({"--batch", "16", "--threads", "1"});
    CHECK(largest_difference(logits({"--batch", "1", "--threads", "1"}), reference) == 0);
    CHECK(largest_difference(logits({"--batch", "300", "--threads", "2"}), reference) == 0);
    if (noise != std::string("none")) CHECK(largest_difference(logits({"--seed", "1"}), reference) > 0);
  }
}

TEST_CASE("Seeds have metrics each, and their means are above them") {
  const TextInputs inputs;
  const auto json = dpac_json(inputs.arguments("eval", joined(kNoisy, {"--seeds", "3"})));
  REQUIRE(json["seeds"].size() == 3);
  double sum = 0;
  for (const auto& seed : json["seeds"]) sum += seed["metrics"]["matthews"].get<double>();
  CHECK(json["metrics"]["matthews"].get<double>() == doctest::Approx(sum / 3));
}

TEST_CASE("--text is the sample 0 of a data set of one") {
  const TextInputs inputs;
  const std::string one = inputs.folder.write("one.tsv", "sentence1\tsentence2\nwa wb\twc\n").string();
  for (const auto& noise : {std::vector<std::string>{}, kNoisy}) {
    const auto json = dpac_json(inputs.model("eval", joined({"--text", "wa wb", "--text", "wc"}, noise)));
    CHECK(json["top1"].is_null());
    CHECK(json["metrics"].is_null());
    const std::string csv = inputs.file("p.csv");
    dpac_json(inputs.model("eval", joined({"--data", one, "--predictions", csv}, noise)));
    const Rows rows = csv_rows(csv);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0][1] == "");
    const auto& probabilities = json["text"]["probabilities"];
    CHECK(probabilities.size() == 3);
    const std::string name = json["text"]["class"];
    CHECK(name == std::vector<std::string>{"entailment", "neutral", "contradiction"}[std::stoul(rows[0][2])]);
    CHECK(probabilities[name].get<double>() == doctest::Approx(std::stod(rows[0][3])).epsilon(1e-4));
  }
  const auto text = test::run_dpac(inputs.model("eval", {"--text", "wa", "--quiet"}));
  CHECK(text.out.find("neutral") != std::string::npos);
}

TEST_CASE("A network with one output is a regression") {
  const TextInputs inputs(30, TextHead::score);
  const std::string csv = inputs.file("p.csv");
  const auto json = dpac_json(inputs.arguments("eval", {"--predictions", csv}));
  CHECK(json["top1"].is_null());
  CHECK(json["top1_ci95"].is_null());
  CHECK(json["metrics"]["accuracy"].is_null());
  const Rows rows = csv_rows(csv);
  const auto metrics = regression_metrics(column(rows, 2), column(rows, 1));
  CHECK(json["metrics"]["pearson"].get<double>() == doctest::Approx(*metrics.pearson).epsilon(1e-4));
  CHECK(json["metrics"]["spearman"].get<double>() == doctest::Approx(*metrics.spearman).epsilon(1e-4));
  CHECK(dpac_json(inputs.model("eval", {"--text", "wa"}))["text"]["score"].is_number());
}

TEST_CASE("Without a classifier each sentence has an embedding, and a pair their cosine") {
  const TextInputs inputs(20, TextHead::none);
  const std::string csv = inputs.file("p.csv"), h5 = inputs.file("l.h5");
  const auto json = dpac_json(inputs.arguments("eval", {"--predictions", csv, "--logits", h5}));
  const Tensor logits = Hdf5File::open(h5).read_floats("logits");
  REQUIRE(logits.shape() == Shape{20, 2, 32});
  const Rows rows = csv_rows(csv);
  REQUIRE(rows.size() == 20);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto pair = logits.values().subspan(64 * i, 64);
    CHECK(std::stod(rows[i][2]) == doctest::Approx(cosine(pair.first(32), pair.last(32))).epsilon(1e-4));
  }
  const auto metrics = regression_metrics(column(rows, 2), column(rows, 1));
  CHECK(json["metrics"]["spearman"].get<double>() == doctest::Approx(*metrics.spearman).epsilon(1e-4));

  const std::string single = inputs.folder.write("single.txt", "wa wb wc\nwd\n").string();
  const Tensor alone = logits_of(inputs.model("eval", {"--data", single}), h5);
  CHECK(alone.shape() == Shape{2, 32});
  const auto pair = dpac_json(inputs.model("eval", {"--text", "wa wb wc", "--text", "wd"}));
  CHECK(pair["text"]["dimension"] == 32);
  CHECK(pair["text"]["cosine"].get<double>() ==
        doctest::Approx(cosine(alone.values().first(32), alone.values().last(32))));
}

TEST_CASE("--pad-to computes the padding: hardly another result, but more MACs") {
  const TextInputs inputs;
  const std::string h5 = inputs.file("l.h5");
  const Tensor plain = logits_of(inputs.arguments("eval"), h5);
  const Tensor padded = logits_of(inputs.arguments("eval", {"--pad-to", "24"}), h5);
  CHECK(largest_difference(plain, padded) < 1e-4);
  const auto json = dpac_json(inputs.arguments("eval", {"--pad-to", "24"}));
  CHECK(json["mean_tokens"] == 24);
  CHECK(json["macs"].get<double>() > dpac_json(inputs.arguments("eval"))["macs"].get<double>());
}
