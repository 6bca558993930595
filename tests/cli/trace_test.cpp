#include <algorithm>
#include <cmath>
#include <set>
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

const std::vector<std::string> kNoisy{"--noise", "shot", "--energy", "20", "--limit", "3"};

std::vector<std::string> with(std::vector<std::string> arguments, const std::vector<std::string>& more) {
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

bool equal(const Tensor& a, const Tensor& b) {
  return a.shape() == b.shape() && std::equal(a.values().begin(), a.values().end(), b.values().begin());
}

}  // namespace

TEST_CASE("trace writes every analog layer, in plain order, and the logits eval gives") {
  const CliInputs inputs;
  const std::string out = inputs.file("t.h5"), logits = inputs.file("l.h5");
  const auto json = dpac_json(inputs.arguments("trace", with(kNoisy, {"--out", out})));
  CHECK(json["samples"].size() == 3);
  CHECK(json["layers"].size() == 7);
  dpac_json(inputs.arguments("eval", with(kNoisy, {"--logits", logits})));

  const Hdf5File file = Hdf5File::open(out);
  CHECK(file.datasets().size() == 7 * 4 + 2);
  CHECK(file.dataset("conv1/input").shape() == Shape{3, 3, 32, 32});
  CHECK(file.dataset("layer2.0.conv1/input").shape() == Shape{3, 16, 32, 32});
  CHECK(file.dataset("layer2.0.conv1/pre").shape() == Shape{3, 32, 16, 16});
  CHECK(file.dataset("fc/sigma").shape() == Shape{3, 10});
  CHECK(equal(file.read_floats("logits"), file.read_floats("fc/noisy")));
  CHECK(equal(file.read_floats("logits"), Hdf5File::open(logits).read_floats("logits")));
}

TEST_CASE(
    "What is traced is one network: noise of the stated size, and each layer's output is the next one's "
    "input") {
  const CliInputs inputs;
  const std::string out = inputs.file("t.h5");
  dpac_json(inputs.arguments("trace", with(kNoisy, {"--out", out})));
  const Hdf5File file = Hdf5File::open(out);
  const Tensor pre = file.read_floats("conv1/pre"), sigma = file.read_floats("conv1/sigma");
  const Tensor noisy = file.read_floats("conv1/noisy"), next = file.read_floats("layer1.0.conv1/input");
  double squares = 0;
  for (std::size_t i = 0; i < pre.values().size(); ++i) {
    const double xi = (static_cast<double>(noisy.values()[i]) - pre.values()[i]) / sigma.values()[i];
    squares += xi * xi;
    REQUIRE(next.values()[i] == std::max(0.0f, noisy.values()[i]));
  }
  // 49,152 squares of standard normals: their mean is within 5 standard deviations, sqrt(2 / n) each, of 1.
  const auto n = static_cast<double>(pre.values().size());
  CHECK(std::abs(squares / n - 1) < 5 * std::sqrt(2 / n));
}

TEST_CASE("Without noise sigma is zero and the noisy values are the others") {
  const CliInputs inputs;
  const std::string out = inputs.file("t.h5");
  const auto json = dpac_json(inputs.arguments("trace", {"--out", out}));
  CHECK(json["samples"].size() == 4);
  const Hdf5File file = Hdf5File::open(out);
  CHECK(equal(file.read_floats("layer1.0.conv2/noisy"), file.read_floats("layer1.0.conv2/pre")));
  const Tensor sigma = file.read_floats("layer1.0.conv2/sigma");
  CHECK(std::all_of(sigma.values().begin(), sigma.values().end(), [](float s) { return s == 0; }));
}

TEST_CASE("Quantised networks are traced: inputs lie on the quantiser's grid, pre-activations do not") {
  const CliInputs inputs;
  const std::string out = inputs.file("t.h5"), logits = inputs.file("l.h5");
  for (const std::string kind : {"thermal", "weight"}) {
    CAPTURE(kind);
    const std::vector<std::string> run{"--noise", kind, "--energy", "5", "--act-bits", "3", "--limit", "3"};
    const auto json = dpac_json(inputs.arguments("trace", with(run, {"--out", out})));
    CHECK(json["quantization"]["act_bits"] == 3);
    const Hdf5File file = Hdf5File::open(out);
    const auto distinct = [&](const std::string& dataset) {
      const Tensor tensor = file.read_floats(dataset);
      return std::set<float>(tensor.values().begin(), tensor.values().end()).size();
    };
    CHECK(distinct("layer1.0.conv1/input") <= 8);
    CHECK(distinct("layer1.0.conv1/input") > 2);
    CHECK(distinct("layer1.0.conv1/noisy") > 1000);
    CHECK(distinct("layer1.0.conv1/sigma") > 1);
    CHECK(distinct("logits") <= 8);
    dpac_json(inputs.arguments("eval", with(run, {"--arithmetic", "float32", "--logits", logits})));
    CHECK(equal(file.read_floats("logits"), Hdf5File::open(logits).read_floats("logits")));
  }
}

TEST_CASE("Patterns choose layers; one that fits none is an error") {
  const CliInputs inputs;
  const std::string out = inputs.file("t.h5");
  const auto json = dpac_json(inputs.arguments("trace", {"--layers", "layer?.0.conv1,fc", "--out", out}));
  CHECK(json["layers"] == nlohmann::json{"layer1.0.conv1", "layer2.0.conv1", "fc"});
  CHECK(!Hdf5File::open(out).has_group("conv1"));

  std::filesystem::remove(out);
  const std::string error =
      test::dpac_usage_error(inputs.arguments("trace", {"--layers", "fc,layer9.*", "--out", out}));
  CHECK(error.starts_with("--layers: no layer fits 'layer9.*'; the network's analog layers are 'conv1', "));
  CHECK(!std::filesystem::exists(out));
}
