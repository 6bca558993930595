#include <algorithm>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/hdf5/hdf5_file.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "loaders/sha256.h"
#include "tests/support/cli_inputs.h"
#include "tests/support/program.h"

using namespace dpac;
using test::CliInputs;
using test::dpac_error;
using test::dpac_json;

namespace {

constexpr int kImages = 40;  // A batch of 32 and one of 8.

std::vector<float> logits_of(const CliInputs& inputs, std::vector<std::string> more) {
  const std::string file = inputs.file("logits.h5");
  more.insert(more.end(), {"--logits", file});
  dpac_json(inputs.arguments("eval", more));
  const Tensor logits = Hdf5File::open(file).read_floats("logits");
  return {logits.values().begin(), logits.values().end()};
}

std::string calibrated(const CliInputs& inputs, const std::vector<std::string>& more = {}) {
  std::vector<std::string> all{"--out", inputs.file("ranges.h5")};
  all.insert(all.end(), more.begin(), more.end());
  dpac_json(inputs.arguments("calibrate", all));
  return inputs.file("ranges.h5");
}

/// A copy of a calibration without one tensor, and with `added` if it has a name.
std::string altered(const CliInputs& inputs, const std::string& from, const std::string& without,
                    const std::string& added = "", const std::vector<float>& values = {}) {
  const Hdf5File file = Hdf5File::open(from);
  Hdf5Writer writer(inputs.file("altered.h5"));
  for (const std::string& path : file.datasets("ranges")) {
    if (path != "ranges/" + without) writer.write_floats(path, {2}, file.read_floats(path).values());
  }
  if (!added.empty()) writer.write_floats("ranges/" + added, {static_cast<int64_t>(values.size())}, values);
  writer.set_attribute("", "weights_sha256", file.string_attribute("", "weights_sha256"));
  writer.commit();
  return inputs.file("altered.h5");
}

std::string eval_error(const CliInputs& inputs, const std::string& file) {
  const std::string error = dpac_error(inputs.arguments("eval", {"--bits", "8", "--calibration", file}));
  return error.starts_with(file + ": ") ? error.substr(file.size() + 2) : error;
}

}  // namespace

TEST_CASE("calibrate writes the ranges it reports, one per quantised tensor and output before a ReLU") {
  const CliInputs inputs(kImages);
  const std::string out = inputs.file("ranges.h5");
  const auto json = dpac_json(inputs.arguments("calibrate", {"--out", out}));
  CHECK(json["command"] == "calibrate");
  CHECK(json["method"] == "ema");
  CHECK(json["batches"] == 2);
  CHECK(json["options"]["calibration_seed"] == 0);
  std::set<std::string> tensors;
  for (const auto& [tensor, range] : json["ranges"].items()) tensors.insert(tensor);
  CHECK(tensors == std::set<std::string>{"input", "conv1", "layer1.0.conv1", "layer1.0.conv2", "layer1.0",
                                         "layer2.0.conv1", "layer2.0.downsample.0", "layer2.0.conv2",
                                         "layer2.0", "avgpool", "fc", "conv1.pre_activation",
                                         "layer1.0.conv1.pre_activation", "layer2.0.conv1.pre_activation"});
  CHECK(json["ranges"]["conv1.pre_activation"][0] < 0);
  CHECK(json["ranges"]["conv1.pre_activation"][1] == json["ranges"]["conv1"][1]);
  const Hdf5File file = Hdf5File::open(out);
  CHECK(file.datasets().size() == tensors.size());
  for (const std::string& tensor : tensors) {
    CAPTURE(tensor);
    const Tensor range = file.read_floats("ranges/" + tensor);
    REQUIRE(range.shape() == Shape{2});
    CHECK(range.values()[0] == json["ranges"][tensor][0].get<float>());
    CHECK(range.values()[1] == json["ranges"][tensor][1].get<float>());
    CHECK(range.values()[0] < range.values()[1]);
  }
  CHECK(json["ranges"]["conv1"][0] == 0);  // After its ReLU.
  CHECK(json["ranges"]["fc"][0] < 0);      // Without one.
  CHECK(file.string_attribute("", "method") == "ema");
  CHECK(file.string_attribute("", "weights_sha256") == sha256_of_file(inputs.weights));
  CHECK(file.string_attribute("", "preprocessing").starts_with("no resize, no crop, value scale 1/255, "));
  CHECK(file.has_attribute("", "batches"));
  CHECK(file.has_attribute("", "version"));
}

TEST_CASE("A calibration file gives the logits of calibrating on the fly") {
  const CliInputs inputs(kImages);
  for (const std::string method : {"ema", "percentile"}) {
    CAPTURE(method);
    const std::string file =
        calibrated(inputs, {"--calibration-method", method, "--calibration-batches", "2"});
    for (const std::vector<std::string>& noise : {std::vector<std::string>{"--bits", "6"},
                                                  {"--noise", "thermal", "--energy", "5"},
                                                  {"--noise", "weight", "--energy", "5"}}) {
      std::vector<std::string> read = noise, made = noise;
      read.insert(read.end(), {"--calibration", file});
      made.insert(made.end(), {"--calibration-method", method, "--calibration-data", inputs.data});
      CHECK(logits_of(inputs, read) == logits_of(inputs, made));
    }
  }
}

TEST_CASE("A calibration without ranges before ReLUs serves all but output noise") {
  const CliInputs inputs(kImages);
  const std::string whole = calibrated(inputs);
  const Hdf5File file = Hdf5File::open(whole);
  Hdf5Writer writer(inputs.file("older.h5"));
  for (const std::string& path : file.datasets("ranges")) {
    if (!path.ends_with(".pre_activation")) writer.write_floats(path, {2}, file.read_floats(path).values());
  }
  writer.set_attribute("", "weights_sha256", file.string_attribute("", "weights_sha256"));
  writer.commit();
  const auto with = [&](const std::string& noise, const std::string& ranges) {
    return std::vector<std::string>{"--noise", noise, "--energy", "3", "--calibration", ranges};
  };
  CHECK(logits_of(inputs, with("thermal", inputs.file("older.h5"))) ==
        logits_of(inputs, with("thermal", whole)));
  CHECK(logits_of(inputs, with("output", whole)) != logits_of(inputs, with("thermal", whole)));
  CHECK(dpac_error(inputs.arguments("eval", with("output", inputs.file("older.h5"))))
            .ends_with(".pre_activation', which output noise needs: calibrate once more"));
}

TEST_CASE("The choice of calibration samples is the seed's alone, and part of the data changes nothing") {
  const CliInputs inputs(kImages);
  const auto ranges = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all{"--out", inputs.file("r.h5"), "--calibration-batches", "1"};
    all.insert(all.end(), more.begin(), more.end());
    return dpac_json(inputs.arguments("calibrate", all))["ranges"];
  };
  CHECK(ranges({"--threads", "1"}) == ranges({"--threads", "2"}));
  CHECK(ranges({}) != ranges({"--calibration-seed", "1"}));
  const std::vector<std::string> few{"--bits", "4", "--limit", "10"};
  std::vector<float> all = logits_of(inputs, {"--bits", "4"}), part = logits_of(inputs, few);
  CHECK(std::equal(part.begin(), part.begin() + 10, all.begin()));            // Sample 0.
  CHECK(std::equal(part.begin() + 10, part.begin() + 20, all.begin() + 40));  // The second is sample 4.
}

TEST_CASE("eval says what it calibrates on, and --quiet does not") {
  const CliInputs inputs(kImages);
  const auto outcome = test::run_dpac(inputs.arguments("eval", {"--preset", "cifar", "--act-bits", "8"}));
  CHECK(outcome.err.starts_with(
      "dpac: ranges were calibrated on --data itself, method ema (--calibration-data takes other samples, "
      "--calibration a file of 'dpac calibrate')\n"
      "dpac: calibrated on all samples there are: 2 batches of 32 instead of 100\n"));
  CHECK(test::run_dpac(inputs.arguments("eval", {"--act-bits", "8", "--quiet"})).err == "");
  const auto json = dpac_json(inputs.arguments("eval", {"--noise", "thermal", "--energy", "5"}));
  CHECK(json["quantization"] == nlohmann::json{{"weight_bits", 8},
                                               {"act_bits", 8},
                                               {"calibration",
                                                {{"file", nullptr},
                                                 {"method", "percentile"},
                                                 {"data", inputs.data},
                                                 {"batches", 2},
                                                 {"seed", 0}}}});
  const std::string file = calibrated(inputs);
  const auto other = test::run_dpac(
      inputs.arguments("eval", {"--preset", "cifar", "--bits", "8", "--calibration", file, "--mean", "0.5"}));
  CHECK(other.err.starts_with("dpac: " + file + " was made with other preprocessing (no resize, "));
}

TEST_CASE("A calibration that is not this network's is refused by name") {
  const CliInputs inputs(kImages);
  const std::string file = calibrated(inputs);
  CHECK(eval_error(inputs, altered(inputs, file, "layer1.0")) ==
        "has no range of tensor 'layer1.0', expected a dataset '/ranges/layer1.0'");
  CHECK(eval_error(inputs, altered(inputs, file, "", "layer9.0", {0, 1})) ==
        "tensor 'layer9.0' is not in the network, whose 14 calibrated tensors begin with 'input'");
  CHECK(eval_error(inputs, altered(inputs, file, "fc", "fc", {0, 1, 2})) ==
        "the range of tensor 'fc' has the shape [3], expected [2]");
  CHECK(eval_error(inputs, altered(inputs, file, "fc", "fc", {2, 1})) ==
        "the range of tensor 'fc' is [2, 1], expected two finite numbers in order");
  CHECK(eval_error(inputs, altered(inputs, file, "fc", "fc", {0, std::numeric_limits<float>::infinity()})) ==
        "the range of tensor 'fc' is [0, inf], expected two finite numbers in order");
  CHECK(eval_error(inputs, inputs.weights) ==
        "is no calibration, expected a group '/ranges' and an attribute 'weights_sha256'; 'dpac calibrate' "
        "makes "
        "such files");
  CHECK(dpac_error(inputs.arguments("eval", {"--bits", "8", "--calibration", inputs.file("absent.h5")}))
            .starts_with(inputs.file("absent.h5")));

  const std::string before = sha256_of_file(inputs.weights);
  test::write_checkpoint(test::with_filled(test::random_resnet({}), "fc.bias", {10}, 0), inputs.weights);
  CHECK(eval_error(inputs, file) == "was calibrated for other weights: expected those with the SHA-256 " +
                                        sha256_of_file(inputs.weights) + ", found " + before);
}

TEST_CASE("Calibration options that nothing needs, or that contradict each other, are refused") {
  const CliInputs inputs;
  CHECK(test::dpac_usage_error(
            inputs.arguments("eval", {"--noise", "shot", "--energy", "1", "--calibration", "x.h5"})) ==
        "--calibration was given, but nothing needs ranges: add --bits or --act-bits, or --noise thermal");
  CHECK(test::dpac_usage_error(inputs.arguments("eval", {"--weight-bits", "4", "--calibration-batches", "3"}))
            .starts_with("--calibration-batches was given, but nothing needs ranges"));
  for (const std::vector<std::string>& other :
       {std::vector<std::string>{"--calibration-data", "y"}, {"--calibration-method", "ema"}}) {
    std::vector<std::string> both{"--bits", "8", "--calibration", "x.h5"};
    both.insert(both.end(), other.begin(), other.end());
    CHECK(test::run_dpac(inputs.arguments("eval", both)).exit_code == 2);
  }
  CHECK(
      test::run_dpac(inputs.arguments("calibrate", {"--out", "x", "--calibration-batches", "0"})).exit_code ==
      2);
  CHECK(test::run_dpac(inputs.arguments("calibrate", {"--out", "x", "--calibration-method", "max"}))
            .exit_code == 2);
  CHECK(dpac_error(inputs.arguments("calibrate", {"--out", "/nowhere/x.h5"}))
            .starts_with("/nowhere/x.h5: cannot be"));
}
