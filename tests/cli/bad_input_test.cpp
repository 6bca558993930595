// What every failure has in common: exit code 1, one line on stderr that names file and part, nothing on
// stdout, and no file left behind, neither an output nor a temporary one.

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <limits>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/read_file.h"
#include "tests/support/cli_inputs.h"
#include "tests/support/images.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"

using namespace dpac;
using test::CliInputs;
using test::contains;
using test::dpac_error;
namespace fs = std::filesystem;

namespace {

std::set<std::string> files_below(const fs::path& folder) {
  std::set<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) files.insert(entry.path().string());
  return files;
}

/// The sentence of the failure, after having looked for files left behind beside the inputs.
std::string clean_failure(const CliInputs& inputs, const std::vector<std::string>& arguments) {
  const auto before = files_below(inputs.folder.path());
  const std::string error = dpac_error(arguments);
  CHECK(files_below(inputs.folder.path()) == before);
  return error;
}

/// `eval` with every output it has.
std::string eval_error(const CliInputs& inputs, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments =
      inputs.arguments("eval", {"--json", inputs.file("out.json"), "--predictions", inputs.file("out.csv"),
                                "--logits", inputs.file("out.h5")});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return clean_failure(inputs, arguments);
}

std::string trace_error(const CliInputs& inputs, const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = inputs.arguments("trace", {"--out", inputs.file("out.h5")});
  arguments.insert(arguments.end(), more.begin(), more.end());
  return clean_failure(inputs, arguments);
}

void check_starts(const std::string& error, const std::string& start) {
  CAPTURE(error);
  CHECK(error.starts_with(start));
}

/// safetensors with one matrix [2, 2].
std::string tiny_safetensors() {
  const std::string header = R"({"fc.weight":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]}})";
  std::string file(8, '\0');
  file[0] = static_cast<char>(header.size());
  return file + header + std::string(16, '\0');
}

}  // namespace

TEST_CASE("Weights cut off anywhere are refused by the file's name") {
  const CliInputs inputs;
  const auto size = fs::file_size(inputs.weights);
  for (const auto length : {size - 1, size - 100, size / 2, size / 10, std::uintmax_t{600},
                            std::uintmax_t{100}, std::uintmax_t{8}, std::uintmax_t{7}, std::uintmax_t{0}}) {
    CAPTURE(length);
    fs::resize_file(inputs.weights, length);
    check_starts(eval_error(inputs), inputs.weights + ": ");
  }
  const std::string whole = tiny_safetensors();
  const std::string file = inputs.file("weights.safetensors");
  for (std::size_t length = 0; length < whole.size(); length += 5) {
    CAPTURE(length);
    inputs.folder.write("weights.safetensors", whole.substr(0, length));
    check_starts(clean_failure(inputs, {"info", file}), file + ": ");
  }
}

TEST_CASE("Weights with a wrong byte give a result or one line, and nothing of HDF5's own") {
  const CliInputs inputs;
  auto bytes = read_file(inputs.weights);
  int refused = 0;
  // The first kilobyte holds what the file's structure hangs on.
  for (std::size_t at = 0; at < 1024; at += 6) {
    CAPTURE(at);
    bytes[at] ^= 0x5a;
    inputs.folder.write("weights.h5", bytes);
    bytes[at] ^= 0x5a;
    const auto outcome = test::run_dpac({"info", inputs.weights});
    if (outcome.exit_code == 0) {
      CHECK(outcome.err == "");
      continue;
    }
    ++refused;
    check_starts(dpac_error({"info", inputs.weights}), inputs.weights + ": ");
  }
  CHECK(refused > 20);
}

TEST_CASE("What is no checkpoint is refused by name, whatever it is called") {
  const CliInputs inputs;
  for (const std::string name : {"notes.txt", "notes.h5", "notes.pt", "notes.safetensors"}) {
    CAPTURE(name);
    inputs.folder.write(name, "These are notes, and longer than any signature.\n");
    check_starts(clean_failure(inputs, {"info", inputs.file(name)}),
                 inputs.file(name) +
                     ": expected weights in HDF5, safetensors or a file of torch.save, but the file "
                     "begins with 'These");
  }
  check_starts(clean_failure(inputs, {"info", inputs.data}), inputs.data + ": ");
  const std::string folder = inputs.folder.path().string();
  check_starts(clean_failure(inputs, {"info", folder}),
               folder + ": expected a folder with one weight file, found ");
}

TEST_CASE("Weights that no network has are refused by file and tensor, in every command") {
  const CliInputs inputs;
  const std::string bias = "layer1.0.bn2.bias";
  SUBCASE("shape") {
    test::write_checkpoint(test::with_filled(test::random_resnet({}), bias, {17}, 0), inputs.weights);
  }
  SUBCASE("NaN") {
    const float nan = std::numeric_limits<float>::quiet_NaN();
    test::write_checkpoint(test::with_filled(test::random_resnet({}), bias, {16}, nan), inputs.weights);
  }
  for (const std::string& error :
       {eval_error(inputs), trace_error(inputs),
        clean_failure(inputs, {"bench", "--weights", inputs.weights, "--json", inputs.file("out.json")})}) {
    check_starts(error, inputs.weights + ": ");
    CHECK(contains(error, bias));
  }
}

TEST_CASE("Data of no known form is refused by its path") {
  CliInputs inputs;
  SUBCASE("a table") {
    inputs.data = inputs.folder.write("table.csv", "1,2,3\n4,5,6\n").string();
  }
  SUBCASE("weights") {
    inputs.data = inputs.weights;
  }
  SUBCASE("a cut batch") {
    fs::resize_file(inputs.data, fs::file_size(inputs.data) - 1);
  }
  SUBCASE("an empty file") {
    inputs.data = inputs.folder.write("empty.bin", "").string();
  }
  SUBCASE("a device") {
    inputs.data = "/dev/null";
  }
  SUBCASE("a folder of notes") {
    inputs.data = inputs.folder.write("notes/notes.txt", "notes").parent_path().string();
  }
  SUBCASE("an empty folder") {
    inputs.data = inputs.file("empty");
    fs::create_directory(inputs.data);
  }
  SUBCASE("an empty class") {
    inputs.data = inputs.file("tree");
    fs::create_directories(inputs.data + "/cat");
  }
  SUBCASE("absent") {
    inputs.data = inputs.file("absent");
  }
  check_starts(eval_error(inputs), inputs.data);
  check_starts(trace_error(inputs), inputs.data);
}

TEST_CASE("An image that fails late leaves nothing of what was written before it") {
  CliInputs inputs;
  inputs.data = inputs.file("tree");
  const auto good = test::golden_image("decode/rgb_420.jpg");
  for (int i = 0; i < 40; ++i) inputs.folder.copy(good, "tree/0/" + std::to_string(100 + i) + ".jpg");
  const auto bytes = read_file(good);
  const auto crop = [&](const std::string& side) { return eval_error(inputs, {"--crop", side}); };
  SUBCASE("a JPEG cut anywhere") {
    for (const std::size_t length : {std::size_t{0}, std::size_t{2}, bytes.size() / 2, bytes.size() - 20}) {
      CAPTURE(length);
      const std::string cut = inputs.folder.write("tree/1/1.jpg", std::span(bytes).first(length)).string();
      check_starts(crop("16"), cut + ": ");
    }
  }
  SUBCASE("an image of another size") {
    const std::string other =
        inputs.folder.copy(test::golden_image("decode/rgb.png"), "tree/1/1.png").string();
    check_starts(eval_error(inputs, {"--input-size", "29x37"}), other + ": ");
  }
  SUBCASE("a class the network lacks") {
    for (int c = 0; c < 10; ++c) inputs.folder.copy(good, "tree/later" + std::to_string(c) + "/1.jpg");
    check_starts(crop("16"), inputs.file("tree") + ": 11 class folders, 10 outputs: ");
  }
}

TEST_CASE("Labels files are named with the line that is wrong") {
  CliInputs inputs;
  inputs.folder.copy(test::golden_image("decode/rgb_420.jpg"), "flat/a.jpg");
  inputs.data = inputs.file("flat");
  const std::string labels = inputs.file("labels.txt");
  const auto error = [&] { return eval_error(inputs, {"--labels", labels, "--crop", "32"}); };
  check_starts(error(), labels + ": ");
  inputs.folder.write("labels.txt", "a.jpg ten\n");
  check_starts(error(), labels + ": line 1: ");
  inputs.folder.write("labels.txt", "b.jpg 3\n");
  check_starts(error(), labels + ": ");
  inputs.folder.write("labels.txt", "a.jpg 10\n");
  check_starts(error(),
               inputs.file("flat/a.jpg") + ": its label is 10, but the network has the classes 0 ... 9");
}

TEST_CASE("Energies that are none are refused in every command") {
  const CliInputs inputs;
  for (const std::string energy : {"0", "-1", "nan"}) {
    CAPTURE(energy);
    const std::vector<std::string> noise{"--noise", "shot", "--energy", energy};
    for (const auto& command : {inputs.arguments("eval", noise),
                                inputs.arguments("trace", noise),
                                {"bench", "--weights", inputs.weights, "--energy", energy}}) {
      CHECK(test::dpac_usage_error(command) == "--energy is '" + energy + "', expected a positive number");
    }
  }
}
