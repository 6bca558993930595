// What is said about image data: where classes come from, what was left out, and preprocessing that looks
// wrong.

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "tests/support/cli_inputs.h"
#include "tests/support/images.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"

using namespace dpac;
using test::CliInputs;
using test::contains;
using test::dpac_error;
using test::dpac_json;

namespace {

using Words = std::vector<std::string>;

/// With a tree of 37x29 images in these class folders as the data.
struct TreeInputs : CliInputs {
  explicit TreeInputs(const Words& folders) {
    for (const std::string& name : folders) {
      folder.copy(test::golden_image("decode/rgb_420.jpg"), "tree/" + name + "/1.jpg");
    }
    data = file("tree");
  }
};

Words eval_of(const CliInputs& inputs, const Words& more = {}) {
  Words words = {"--crop", "16", "--preset", "cifar"};
  words.insert(words.end(), more.begin(), more.end());
  return inputs.arguments("eval", words);
}

/// Labels of the samples, from --predictions.
Words labels_of(const CliInputs& inputs, const Words& more = {}) {
  Words words = {"--predictions", inputs.file("p.csv")};
  words.insert(words.end(), more.begin(), more.end());
  REQUIRE(test::run_dpac(eval_of(inputs, words)).exit_code == 0);
  std::ifstream file(inputs.file("p.csv"));
  Words labels;
  for (std::string line; std::getline(file, line);) {
    const std::size_t first = line.find(',') + 1;
    labels.push_back(line.substr(first, line.find(',', first) - first));
  }
  labels.erase(labels.begin());
  return labels;
}

bool said(const nlohmann::json& json, const std::string& part) {
  const auto notices = json["notices"].get<Words>();
  return std::any_of(notices.begin(), notices.end(), [&](const auto& n) { return contains(n, part); });
}

}  // namespace

TEST_CASE("class folders that cannot be the network's classes are refused before the work") {
  const TreeInputs inputs({"cat", "dog"});
  const std::string error = dpac_error(eval_of(inputs));
  CHECK(error.starts_with(inputs.data + ": 2 class folders, 10 outputs: "));
  CHECK(contains(error, "--class-map FILE"));
  CHECK(dpac_error(inputs.arguments("bits", {"--crop", "16", "--energy", "9"})) == error);
  // What needs no labels takes them.
  CHECK(test::run_dpac(inputs.arguments("calibrate", {"--crop", "16", "--out", inputs.file("r.h5")}))
            .exit_code == 0);
}

TEST_CASE("a class map, numbers for names, and an offset say which class a folder is") {
  const TreeInputs named({"cat", "dog"});
  const auto map = named.folder.write("map.csv", "folder,class\ndog,3\ncat,8\n").string();
  CHECK(labels_of(named, {"--class-map", map}) == Words{"8", "3"});
  CHECK(labels_of(named, {"--class-map", map, "--label-offset", "-3"}) == Words{"5", "0"});
  const auto json = dpac_json(eval_of(named, {"--class-map", map, "--label-offset", "1"}));
  CHECK(json["options"]["class_map"] == map);
  CHECK(json["options"]["label_offset"] == 1);
  CHECK(labels_of(TreeInputs({"007", "2"})) == Words{"7", "2"});
  CHECK(contains(dpac_error(eval_of(named, {"--class-map", map, "--label-offset", "2"})),
                 "its label is 10, but the network has the classes 0 ... 9"));
}

TEST_CASE("a map or an offset where it acts on nothing is an error") {
  const CliInputs inputs;
  const auto map = inputs.folder.write("map.csv", "cat,1\n").string();
  CHECK(contains(dpac_error(inputs.arguments("eval", {"--class-map", map})),
                 "a class map goes with class folders"));
  CHECK(contains(test::dpac_usage_error(inputs.arguments("eval", {"--label-offset", "x"})),
                 "--label-offset is 'x', expected"));
}

TEST_CASE("files that are not read are in the text and in the JSON") {
  const TreeInputs inputs({"0", "1"});
  inputs.folder.write("tree/0/2.bmp", "BM");
  inputs.folder.write("tree/1/2.gif", "GIF89a");
  inputs.folder.copy(test::golden_image("decode/lossy.webp"), "tree/1/3.webp");
  inputs.folder.copy(test::golden_image("decode/rgb.png"), "tree/.ipynb_checkpoints/0.png");
  const auto json = dpac_json(eval_of(inputs, {"--resize", "16"}));
  CHECK(json["samples"] == 3);
  CHECK(json["left_out"] ==
        nlohmann::json{
            {{"what", "files of formats not read"}, {"count", 2}, {"examples", {"0/2.bmp", "1/2.gif"}}},
            {{"what", "folders hidden or of archive programs"},
             {"count", 1},
             {"examples", {".ipynb_checkpoints"}}}});
  CHECK(contains(test::run_dpac(eval_of(inputs, {"--resize", "16"})).err,
                 "dpac: 2 files of formats not read were left out (.bmp 1, .gif 1)\n"));
}

TEST_CASE("CIFAR as its archive unpacks: testing reads the test batch, calibration the training batches") {
  CliInputs inputs;
  inputs.folder.write("cifar/data_batch_1.bin", test::cifar_batch(7));
  inputs.folder.write("cifar/data_batch_2.bin", test::cifar_batch(5));
  inputs.folder.write("cifar/test_batch.bin", test::cifar_batch(4));
  inputs.data = inputs.file("cifar");
  const auto json = dpac_json(inputs.arguments("eval", {}));
  CHECK(json["samples"] == 4);
  CHECK(said(json, "those for testing are read, test_batch.bin"));
  CHECK(json["left_out"][0]["count"] == 2);
  const auto calibrated = dpac_json(inputs.arguments("calibrate", {"--out", inputs.file("r.h5")}));
  CHECK(said(calibrated, "those for training are read, data_batch_1.bin, data_batch_2.bin"));
}

TEST_CASE("the numbers in force are said, and those that do not go together") {
  const CliInputs inputs;
  const auto plain = dpac_json(inputs.arguments("eval", {"--preset", "plain", "--mean", "0.5"}));
  CHECK(said(plain, "look like those of values from 0 to 1, but with value scale 1"));
  const auto loud = test::run_dpac(inputs.arguments("eval", {}));
  CHECK(contains(loud.err, "no resize, no crop, value scale 1/255, mean 0.485 0.456 0.406, std"));
  const auto blown = dpac_json(inputs.arguments("eval", {"--resize", "65", "--crop", "32"}));
  CHECK(said(blown, "images of 32 x 32 pixels are enlarged to 65 x 65 and cut to 32 x 32"));
  CHECK_FALSE(said(dpac_json(inputs.arguments("eval", {"--resize", "64", "--crop", "32"})), "enlarged"));
}

TEST_CASE("the interpolation is chosen, kept in the JSON, and refused where nothing is resized") {
  const CliInputs inputs;
  const auto bicubic =
      dpac_json(inputs.arguments("eval", {"--resize", "40", "--crop", "32", "--interpolation", "bicubic"}));
  CHECK(bicubic["options"]["interpolation"] == "bicubic");
  CHECK(dpac_json(inputs.arguments("eval", {}))["options"]["interpolation"] == "bilinear");
  CHECK(test::dpac_usage_error(inputs.arguments("eval", {"--interpolation", "bicubic"})) ==
        "--interpolation was given, but nothing is resized: add --resize");
  CHECK(
      contains(test::dpac_usage_error(inputs.arguments("eval", {"--interpolation", "lanczos"})), "bicubic"));
}
