#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/hdf5/hdf5_writer.h"
#include "tests/support/cli_inputs.h"
#include "tests/support/program.h"

using namespace dpac;
using test::CliInputs;
using test::dpac_error;
using test::dpac_json;

namespace {

struct Layer {
  std::string name;
  int channels = 0;
};

/// Of the network of CliInputs.
std::vector<Layer> layers_of(const CliInputs& inputs) {
  std::vector<Layer> layers;
  const auto info = dpac_json({"info", inputs.weights});
  for (const auto& layer : info["layers"]) layers.push_back({layer["name"], layer["out_channels"]});
  return layers;
}

constexpr const char* kHeader = "layer,channel,energy\n";

std::vector<std::string> eval(const CliInputs& inputs, const std::string& energies) {
  return inputs.arguments("eval",
                          {"--noise", "shot", "--energies", energies, "--predictions", inputs.file("p.csv")});
}

std::string csv_error(const CliInputs& inputs, const std::string& text) {
  const std::string file = inputs.folder.write("e.csv", text).string();
  const std::string error = dpac_error(eval(inputs, file));
  return error.starts_with(file + ": ") ? error.substr(file.size() + 2) : error;
}

}  // namespace

TEST_CASE("A file with equal energies, per layer or channel, is --energy") {
  const CliInputs inputs;
  const auto uniform =
      dpac_json(inputs.arguments("eval", {"--noise", "shot", "--energy", "20", "--seeds", "2"}));
  std::string per_layer = kHeader, per_channel = kHeader;
  Hdf5Writer h5(inputs.file("e.h5"));
  for (const Layer& layer : layers_of(inputs)) {
    per_layer += layer.name + ",,20\n";
    for (int c = layer.channels - 1; c >= 0; --c)
      per_channel += layer.name + "," + std::to_string(c) + ",2e1\r\n";
    const std::vector<float> energies(static_cast<std::size_t>(layer.channels), 20.0f);
    const bool scalar = layer.name == "fc";
    h5.write_floats("energies/" + layer.name, scalar ? Shape{} : Shape{layer.channels},
                    std::span(energies).first(scalar ? 1 : energies.size()));
  }
  h5.commit();
  inputs.folder.write("layer.csv", per_layer);
  inputs.folder.write("channel.csv", per_channel);
  for (const char* name : {"layer.csv", "channel.csv", "e.h5"}) {
    CAPTURE(name);
    const auto json = dpac_json(
        inputs.arguments("eval", {"--noise", "shot", "--energies", inputs.file(name), "--seeds", "2"}));
    CHECK(json["seeds"] == uniform["seeds"]);
    CHECK(json["energy_per_mac"] == uniform["energy_per_mac"]);
  }
}

TEST_CASE("A CSV of spreadsheets and of hands: byte order mark, blanks, quotes, any line end") {
  const CliInputs inputs;
  std::string text = "\xEF\xBB\xBF\"layer\" , channel,\tenergy\r\n\r\n";
  std::string plain = kHeader;
  int energy = 5;
  for (const Layer& layer : layers_of(inputs)) {
    text += " \"" + layer.name + "\",, \"" + std::to_string(++energy) + "\" \r";
    plain += layer.name + ",," + std::to_string(energy) + "\n";
  }
  inputs.folder.write("odd.csv", text);
  inputs.folder.write("plain.csv", plain);
  const auto with = [&](const std::string& name) {
    return dpac_json(inputs.arguments("eval", {"--noise", "shot", "--energies", inputs.file(name)}))["seeds"];
  };
  CHECK(with("odd.csv") == with("plain.csv"));
  CHECK(csv_error(inputs, std::string(kHeader) + "\"conv1,,1\n") ==
        "line 2: expected a closing quote for the one opened here, found none");
}

TEST_CASE("Unknown and missing layers are listed") {
  const CliInputs inputs;
  const std::string unknown = csv_error(inputs, std::string(kHeader) + "conv7,,1\n");
  CHECK(unknown.starts_with(
      "layer 'conv7' is not in the network; its analog layers are 'conv1', 'layer1.0.conv1'"));
  const std::string missing = csv_error(inputs, std::string(kHeader) + "conv1,,1\nlayer1.0.conv1,,1\n");
  CHECK(missing ==
        "has no energy for 5 of the network's 7 analog layers: 'layer1.0.conv2', 'layer2.0.conv1', "
        "'layer2.0.downsample.0', 'layer2.0.conv2', 'fc'");
}

TEST_CASE("Lines that are no energies are named") {
  const CliInputs inputs;
  CHECK(csv_error(inputs, "name,energy\n") ==
        "neither an HDF5 file nor a CSV file whose first line is 'layer,channel,energy'");
  for (const std::string line :
       {"conv1,1", "conv1,x,1", "conv1,-1,1", "conv1,-2,1", "conv1,,", "conv1,,1 photon"}) {
    CAPTURE(line);
    CHECK(csv_error(inputs, kHeader + line + "\n") ==
          "line 2 is '" + line +
              "', expected layer,channel,energy with numbers for the last two (the channel may be "
              "empty)");
  }
  CHECK(csv_error(inputs, std::string(kHeader) + "conv1,,1\nconv1,,1\n") ==
        "line 3 gives the energy of layer 'conv1' a second time");
  CHECK(csv_error(inputs, std::string(kHeader) + "conv1,3,1\nconv1,3,1\n") ==
        "line 3 gives the energy of layer 'conv1', channel 3, a second time");
  CHECK(csv_error(inputs, std::string(kHeader) + "conv1,,1\nconv1,3,1\n") ==
        "layer 'conv1' has an energy for the whole layer and others for its channels");
  CHECK(csv_error(inputs, std::string(kHeader) + "conv1,0,1\nconv1,2,1\n") ==
        "layer 'conv1' has no energy for channel 1");
}

TEST_CASE("Counts and values that do not fit are named") {
  const CliInputs inputs;
  std::string others;
  for (const Layer& layer : layers_of(inputs)) {
    if (layer.name != "conv1") others += layer.name + ",,1\n";
  }
  CHECK(csv_error(inputs, kHeader + others + "conv1,0,1\nconv1,1,1\n") ==
        "layer 'conv1' has 2 energies, expected 1 or one per output channel (16)");
  for (const std::string energy : {"0", "-1", "nan", "inf"}) {
    CAPTURE(energy);
    CHECK(csv_error(inputs, kHeader + others + "conv1,," + energy + "\n") ==
          "layer 'conv1' has an energy of " + energy + ", expected a positive number");
  }
}

TEST_CASE("An HDF5 file without energies, and an absent file, are named") {
  const CliInputs inputs;
  CHECK(dpac_error(eval(inputs, inputs.weights)) ==
        inputs.weights + ": has no group '/energies', expected one dataset per layer in it");
  CHECK(dpac_error(eval(inputs, inputs.file("absent.csv"))) ==
        inputs.file("absent.csv") + ": cannot be opened; is it the right path for --energies?");
}

TEST_CASE("Energies of more channels than any layer has are refused before they are read") {
  const CliInputs inputs;
  const std::string file = inputs.file("many.h5");
  Hdf5Writer h5(file);
  h5.write_floats("energies/conv1", {1000}, std::vector<float>(1000, 1.0f));
  h5.commit();
  CHECK(dpac_error(eval(inputs, file)) ==
        file + ": layer 'conv1' has energies of shape [1000], expected 1 or one per output channel");
}
