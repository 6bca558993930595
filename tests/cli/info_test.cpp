#include <fstream>
#include <limits>
#include <string>

#include <doctest/doctest.h>

#include "loaders/sha256.h"
#include "tests/support/cli_inputs.h"
#include "tests/support/program.h"

using namespace dpac;
using test::CliInputs;
using test::dpac_error;
using test::dpac_json;

namespace {

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("info describes the network, and every layer's size") {
  const CliInputs inputs;
  const auto json = dpac_json({"info", inputs.weights});
  CHECK(json["command"] == "info");
  CHECK(json["version"].is_string());
  CHECK(json["noise_stream"] == 2);
  CHECK(json["options"] == nlohmann::json{{"weights", inputs.weights},
                                          {"input_size", nullptr},
                                          {"config", nullptr},
                                          {"stride_in", nullptr},
                                          {"no_head", false},
                                          {"heads", nullptr}});
  CHECK(json["weights_sha256"] == sha256_of_file(inputs.weights));
  for (const char* key : {"cpu", "isa", "threads", "onednn"}) CHECK(json["machine"].contains(key));
  CHECK(json["architecture"].get<std::string>().starts_with("ResNet"));
  CHECK(json["parameters"].get<int>() > 0);

  const auto& layers = json["layers"];
  CHECK(layers.front() == nlohmann::json{{"name", "conv1"},
                                         {"op", "convolution"},
                                         {"D", 27},
                                         {"N", 16 * 32 * 32},
                                         {"macs", 27 * 16 * 32 * 32},
                                         {"parameters", 27 * 16 + 16},
                                         {"out_channels", 16},
                                         {"analog", true}});
  CHECK(layers.back() == nlohmann::json{{"name", "fc"},
                                        {"op", "linear"},
                                        {"D", 32},
                                        {"N", 10},
                                        {"macs", 320},
                                        {"parameters", 330},
                                        {"out_channels", 10},
                                        {"analog", true}});
  int64_t macs = 0;
  for (const auto& layer : layers) macs += layer["macs"].get<int64_t>();
  CHECK(json["macs"] == macs);
}

TEST_CASE("info takes --weights too, and --input-size changes the maps") {
  const CliInputs inputs;
  const auto json = dpac_json({"info", "--weights", inputs.weights, "--input-size", "16x8"});
  CHECK(json["layers"][0]["N"] == 16 * 16 * 8);
  CHECK(json["options"]["input_size"] == nlohmann::json{16, 8});
}

TEST_CASE("info prints a table for people, and JSON to a file beside it") {
  const CliInputs inputs;
  const auto outcome = test::run_dpac({"info", inputs.weights, "--json", inputs.file("info.json")});
  CHECK(outcome.exit_code == 0);
  CHECK(outcome.err == "");
  CHECK(mentions(outcome.out, "architecture  ResNet"));
  CHECK(mentions(outcome.out, "layer1.0.conv1"));
  std::ifstream file(inputs.file("info.json"));
  CHECK(nlohmann::json::parse(file)["command"] == "info");
  for (const auto& entry : std::filesystem::directory_iterator(inputs.folder.path())) {
    CHECK(entry.path().extension() != ".tmp");
  }
}

TEST_CASE("A file that is no checkpoint is named, with exit code 1") {
  const CliInputs inputs;
  const std::string text = inputs.folder.write("notes.h5", "These are notes.").string();
  CHECK(dpac_error({"info", text}).starts_with(text));

  const std::string absent = inputs.file("absent.h5");
  CHECK(dpac_error({"info", absent}).starts_with(absent));

  const std::string cut = inputs.folder.copy(inputs.weights, "cut.h5").string();
  std::filesystem::resize_file(cut, std::filesystem::file_size(cut) / 2);
  CHECK(dpac_error({"info", cut}).starts_with(cut));
}

TEST_CASE("Weights that are no network's are refused by name") {
  const CliInputs inputs;
  const std::string file = inputs.file("bad.h5");
  SUBCASE("wrong shape") {
    test::write_checkpoint(
        test::with_filled(test::random_resnet({}), "layer1.0.conv2.weight", {16, 5, 3, 3}, 1), file);
    const std::string error = dpac_error({"info", file});
    CHECK(mentions(error, file));
    CHECK(mentions(error, "layer1.0.conv2.weight"));
    CHECK(mentions(error, "[16, 5, 3, 3]"));
  }
  SUBCASE("NaN") {
    test::write_checkpoint(
        test::with_filled(test::random_resnet({}), "fc.bias", {10}, std::numeric_limits<float>::quiet_NaN()),
        file);
    const std::string error = dpac_error({"info", file});
    CHECK(mentions(error, file));
    CHECK(mentions(error, "fc.bias"));
  }
}
