#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/network.h"
#include "engine/networks/resnet.h"
#include "loaders/images/open_dataset.h"
#include "loaders/images/prefetch.h"
#include "tests/support/cli_inputs.h"
#include "tests/support/program.h"

using namespace dpac;
using test::CliInputs;
using test::dpac_error;
using test::dpac_json;

namespace {

constexpr int kImages = 40;

/// top-1 of the network with these levels, from the engine itself.
double top1_with_levels(const CliInputs& inputs, const nlohmann::json& layers, const nlohmann::json& ranges,
                        std::optional<double> weight_bits) {
  Quantization quantization{
      .weight_bits = weight_bits, .activation_bits = 8, .ranges = {}, .output_levels = {}};
  for (const auto& layer : layers) quantization.output_levels.push_back(layer["levels"]);
  Graph graph = build_resnet(test::random_resnet({}), {.input_size = Shape{32, 32}});
  for (const QuantizedTensor& tensor : quantized_tensors(graph)) {
    quantization.ranges.push_back({ranges[tensor.name][0], ranges[tensor.name][1]});
  }
  Network network(std::move(graph), {.quantization = quantization});
  const auto images = open_image_dataset(inputs.data);
  BatchReader reader(*images, preset("cifar", false), 3, evenly_spaced(kImages, kImages), kImages, 1);
  const ImageBatch* batch = reader.next();
  std::vector<float> logits(kImages * 10);
  network.run(batch->images, batch->indices, logits);
  int right = 0;
  for (int i = 0; i < kImages; ++i) {
    const auto own = logits.begin() + 10 * i;
    right += std::max_element(own, own + 10) - own == batch->labels[static_cast<std::size_t>(i)];
  }
  return static_cast<double>(right) / kImages;
}

nlohmann::json bits(const CliInputs& inputs, const std::vector<std::string>& more) {
  return dpac_json(inputs.arguments("bits", more));
}

}  // namespace

TEST_CASE("bits: every key, and levels and bits that follow from range and sigma") {
  const CliInputs inputs(kImages);
  const auto json = bits(inputs, {"--noise", "thermal", "--energies-sweep", "1,100", "--seeds", "2"});
  CHECK(json["command"] == "bits");
  CHECK(json["options"]["bits_samples"] == 64);
  CHECK(json["measured_samples"] == kImages);
  REQUIRE(json["points"].size() == 2);
  const auto info = dpac_json({"info", inputs.weights});
  const auto ranges = dpac_json(inputs.arguments(
      "calibrate", {"--out", inputs.file("r.h5"), "--calibration-method", "percentile"}))["ranges"];
  for (const auto& point : json["points"]) {
    REQUIRE(point["layers"].size() == info["layers"].size());
    for (std::size_t l = 0; l < info["layers"].size(); ++l) {
      const auto &layer = point["layers"][l], &about = info["layers"][l];
      CAPTURE(layer.dump());
      CHECK(layer["name"] == about["name"]);
      CHECK(layer["D"] == about["D"]);
      CHECK(layer["N"] == about["N"]);
      const double range = layer["range"], sigma = layer["sigma"];
      const auto& own = ranges[layer["name"].get<std::string>()];
      CHECK(range == doctest::Approx(own[1].get<double>() - own[0].get<double>()).epsilon(1e-6));
      CHECK(layer["levels"] == std::ceil(range / (std::sqrt(12.0) * sigma) + 1));
      CHECK(layer["bits"].get<double>() == doctest::Approx(std::log2(layer["levels"].get<double>())));
      CHECK(layer["snr_db"].is_number());
      CHECK(layer["cascaded_snr_db"].is_number());
    }
  }
  // Thermal sigma goes with the root of the energy alone: 100 times that, 20 dB.
  for (std::size_t l = 0; l < info["layers"].size(); ++l) {
    const auto &low = json["points"][0]["layers"][l], &high = json["points"][1]["layers"][l];
    CHECK(low["sigma"].get<double>() == doctest::Approx(10 * high["sigma"].get<double>()).epsilon(1e-5));
    CHECK(high["snr_db"].get<double>() - low["snr_db"].get<double>() == doctest::Approx(20).epsilon(1e-5));
  }
}

TEST_CASE("bits: the noisy accuracy is eval's, that of equal bits the engine's with those levels") {
  const CliInputs inputs(kImages);
  for (const std::string kind : {"shot", "thermal", "weight"}) {
    CAPTURE(kind);
    const std::vector<std::string> noise{"--noise", kind, "--energy", "20", "--seeds", "2"};
    const auto point = bits(inputs, noise)["points"][0];
    const auto eval = dpac_json(inputs.arguments("eval", noise));
    CHECK(point["energy"] == 20);
    CHECK(point["top1_noise"] == eval["top1"]);
    CHECK(point["top1_noise_std"] == eval["top1_std"]);
    CHECK(point["aj_per_mac"] == eval["aj_per_mac"]);
    const auto ranges =
        dpac_json(inputs.arguments("calibrate", {"--out", inputs.file("r.h5"), "--calibration-method",
                                                 kind == "thermal" ? "percentile" : "ema"}))["ranges"];
    const std::optional<double> weight_bits = kind == "shot" ? std::nullopt : std::optional(8.0);
    CHECK(point["top1_bits"] == top1_with_levels(inputs, point["layers"], ranges, weight_bits));
  }
}

TEST_CASE("bits: what does not exist is null, and few samples may be measured") {
  const CliInputs inputs(kImages);
  const std::vector<std::string> silent{"--noise", "thermal", "--energy", "1", "--sigma-thermal", "0"};
  const auto json = bits(inputs, silent);
  for (const auto& layer : json["points"][0]["layers"]) {
    CHECK(layer["sigma"] == 0);
    for (const char* key : {"snr_db", "levels", "bits"}) {
      CAPTURE(key);
      CHECK(layer[key].is_null());
    }
    CHECK(layer["cascaded_snr_db"].is_number());  // Of the quantisers.
  }
  CHECK(json["points"][0]["aj_per_mac"].is_null());
  const auto few = bits(inputs, {"--noise", "shot", "--energy", "10", "--bits-samples", "5"});
  CHECK(few["measured_samples"] == 5);
  CHECK(few["samples"] == kImages);
}

TEST_CASE("bits: batch, threads and a calibration file change nothing") {
  const CliInputs inputs(kImages);
  const std::string file = inputs.file("r.h5");
  dpac_json(inputs.arguments("calibrate", {"--out", file}));
  const auto points = [&](const std::vector<std::string>& more) {
    std::vector<std::string> all{"--noise", "weight", "--energy", "10", "--repeat", "2"};
    all.insert(all.end(), more.begin(), more.end());
    return bits(inputs, all)["points"];
  };
  const auto reference = points({"--batch", "16", "--threads", "1"});
  CHECK(points({"--batch", "7", "--threads", "2"}) == reference);
  CHECK(points({"--batch", "1", "--calibration", file}) == reference);
}

TEST_CASE("bits prints accuracies side by side, then layers; its errors are the options'") {
  const CliInputs inputs;
  const auto one = test::run_dpac(inputs.arguments("bits", {"--energy", "10"}));
  CHECK(one.exit_code == 0);
  CHECK(one.out.starts_with("photons/MAC  top-1 with noise  top-1 with equal bits\n"));
  CHECK(one.out.find("\nlayer") != std::string::npos);
  const auto several = test::run_dpac(inputs.arguments("bits", {"--energies-sweep", "1,10"}));
  CHECK(several.out.find("\nbits of layer") != std::string::npos);
  CHECK(test::dpac_usage_error(inputs.arguments("bits", {})).starts_with("--noise shot needs an energy: "));
  CHECK(test::run_dpac(inputs.arguments("bits", {"--noise", "none"})).exit_code == 2);
  CHECK(test::run_dpac(inputs.arguments("bits", {"--energy", "1", "--bits-samples", "0"})).exit_code == 2);
}
