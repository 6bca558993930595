#include <string>

#include <doctest/doctest.h>

#include "tests/support/cli_inputs.h"
#include "tests/support/images.h"
#include "tests/support/program.h"

using namespace dpac;
using test::CliInputs;
using test::dpac_error;

namespace {

bool mentions(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::string eval_error(const CliInputs& inputs, const std::string& data,
                       const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments{"eval", "--weights", inputs.weights, "--data", data};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return dpac_error(arguments);
}

}  // namespace

TEST_CASE("Data that is absent, empty or unknown is named") {
  const CliInputs inputs;
  CHECK(mentions(eval_error(inputs, inputs.file("absent")), inputs.file("absent")));

  std::filesystem::create_directory(inputs.file("empty"));
  CHECK(mentions(eval_error(inputs, inputs.file("empty")), inputs.file("empty")));

  const std::string text = inputs.folder.write("notes.txt", "These are notes.").string();
  CHECK(mentions(eval_error(inputs, text), text));
}

TEST_CASE("An image that cannot be decoded is named") {
  const CliInputs inputs;
  const std::string bad = inputs.folder.write("tree/0/1.jpg", "no JPEG").string();
  CHECK(mentions(eval_error(inputs, inputs.file("tree")), bad));
}

TEST_CASE("A label the network has no class for is named by its sample") {
  const CliInputs inputs;
  test::RandomResNet four_classes;
  four_classes.classes = 4;
  test::write_checkpoint(test::random_resnet(four_classes), inputs.weights);
  CHECK(eval_error(inputs, inputs.data) == inputs.data +
                                               "[9]: its label is 9, but the network has the classes 0 ... 3 "
                                               "(--class-map and --label-offset change labels)");
}

TEST_CASE("top-5 is null below five classes") {
  const CliInputs inputs(4);
  test::RandomResNet four_classes;
  four_classes.classes = 4;
  test::write_checkpoint(test::random_resnet(four_classes), inputs.weights);
  CHECK(test::dpac_json(inputs.arguments("eval", {}))["top5"].is_null());
}

TEST_CASE("Images of another size than --input-size are refused") {
  const CliInputs inputs;
  CHECK(eval_error(inputs, inputs.data, {"--input-size", "16x16"}) ==
        inputs.data +
            "[0]: the image has 32x32 pixels after preprocessing, but the network takes 16x16; --resize and "
            "--crop change the one, --input-size the other");
}

TEST_CASE("--crop and --resize decide the network's input") {
  const CliInputs inputs;
  const auto whole = test::dpac_json(inputs.arguments("eval", {}));
  const auto cropped = test::dpac_json(inputs.arguments("eval", {"--crop", "16"}));
  const auto resized = test::dpac_json(inputs.arguments("eval", {"--resize", "16"}));
  CHECK(cropped["macs"].get<double>() < whole["macs"].get<double>() / 3);
  CHECK(resized["macs"] == cropped["macs"]);
}

TEST_CASE("Preprocessing that cannot be is refused") {
  const CliInputs inputs;
  const auto error = [&](const std::vector<std::string>& more) {
    return test::dpac_usage_error(inputs.arguments("eval", more));
  };
  CHECK(error({"--mean", "1,2"}) == "--mean has 2 values, expected 1 or 3");
  CHECK(error({"--std", "1,0,1"}) == "--std is '0', expected a positive number");
  CHECK(error({"--mean", "nan"}) == "--mean is 'nan', expected a number");
  CHECK(error({"--mean", "1,,2"}) == "--mean is '1,,2', expected values with one comma between two of them");
  CHECK(error({"--value-scale", "0"}) == "--value-scale is '0', expected a positive number");
  CHECK(error({"--value-scale", "3e38"}) ==
        "--value-scale 3e+38, --mean 0.485 and --std 0.229 make a white pixel infinite");
}

TEST_CASE("Logits that are not finite are an error that names the sample") {
  const CliInputs inputs;
  test::write_checkpoint(test::with_filled(test::random_resnet({}), "fc.weight", {10, 32}, 3e38f),
                         inputs.weights);
  CHECK(eval_error(inputs, inputs.data) ==
        inputs.data + "[0]: the network's logits are not finite; do the weights fit the preprocessing?");
}
