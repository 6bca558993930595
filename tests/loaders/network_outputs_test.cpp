// Whole networks, from the file to the logits, against what PyTorch and Keras compute from the same file.
// tests/golden/make_network_outputs.py and make_keras_network_outputs.py say what each network is.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "engine/network.h"
#include "engine/networks/image_network.h"
#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_file.h"

using namespace dpac;

namespace {

/// Of the largest logit. PyTorch itself is 5e-6 off in float32 on the worst case, and Winograd's form of
/// the 3x3 convolutions may lose another digit. No mistake comes near: a wrong BatchNorm epsilon
/// costs 2.6e-3, a wrong stride or padding more than a tenth.
constexpr double kTolerance = 5e-5;

const std::filesystem::path kNetworks = std::filesystem::path(DPAC_GOLDEN_DIR) / "networks";

struct GoldenCase {
  std::string file;
  std::string architecture;
  std::vector<std::string> suffixes;  ///< "": the usual input; "_odd": one of odd size.
};

const std::vector<GoldenCase> kCases = {
    {"torch_resnet50.h5", "ResNet50 v1.5", {"", "_odd"}},
    {"torch_resnet18.safetensors", "ResNet18", {"", "_odd"}},
    {"torch_resnet20.h5", "ResNet20", {"", "_odd"}},
    {"keras_resnet50.h5", "ResNet50 v1", {"", "_odd"}},
    {"keras_resnet8.h5", "Keras network", {""}},
    {"keras_resnet8_odd.h5", "Keras network", {""}},
};

struct Reference {
  Tensor input;   // [n, C, H, W]
  Tensor logits;  // [n, classes]
};

Reference read_reference(const std::string& file, const std::string& suffix) {
  const std::string name = std::filesystem::path(file).stem().string();
  const Hdf5File cases = Hdf5File::open(kNetworks / (name + "_cases.h5"));
  return {cases.read_floats("input" + suffix), cases.read_floats("logits" + suffix)};
}

Graph build(const Checkpoint& checkpoint, const Tensor& input) {
  return build_image_network(checkpoint, {.input_size = Shape{input.dim(2), input.dim(3)}});
}

std::vector<float> run(Graph graph, const Tensor& input, const NetworkOptions& options) {
  const auto count = static_cast<std::size_t>(input.dim(0));
  std::vector<float> logits(count * static_cast<std::size_t>(output_channels(graph)));
  std::vector<int64_t> samples(count);
  std::iota(samples.begin(), samples.end(), 0);
  Network(std::move(graph), options).run(input.values(), samples, logits);
  return logits;
}

/// Largest difference over the largest logit; infinite if any value is not a number.
double relative_error(const std::vector<float>& logits, const Tensor& reference) {
  REQUIRE(logits.size() == reference.values().size());
  double difference = 0, scale = 0;
  for (std::size_t i = 0; i < logits.size(); ++i) {
    const double error = std::abs(static_cast<double>(logits[i]) - reference.values()[i]);
    difference = std::isnan(error) ? INFINITY : std::max(difference, error);
    scale = std::max(scale, std::abs(static_cast<double>(reference.values()[i])));
  }
  return difference / scale;
}

double error_of(const Checkpoint& checkpoint, const Reference& reference, const NetworkOptions& options) {
  return relative_error(run(build(checkpoint, reference.input), reference.input, options), reference.logits);
}

}  // namespace

TEST_CASE("logits are those of the framework that wrote the file") {
  for (const GoldenCase& golden : kCases) {
    CAPTURE(golden.file);
    const Checkpoint checkpoint = open_checkpoint(kNetworks / golden.file);
    CHECK(build_image_network(checkpoint).architecture == golden.architecture);
    for (const std::string& suffix : golden.suffixes) {
      CAPTURE(suffix);
      const Reference reference = read_reference(golden.file, suffix);
      CHECK(error_of(checkpoint, reference, {.batch = 2, .threads = 1}) < kTolerance);
      CHECK(error_of(checkpoint, reference, {.batch = 1, .threads = 2}) < kTolerance);
      // The form a noisy network is compiled in, without its noise.
      CHECK(error_of(checkpoint, reference, {.batch = 2, .threads = 1, .keep_pre_activations = true}) <
            kTolerance);
    }
  }
}

TEST_CASE("the cases notice every fact that the weights' shapes do not tell") {
  struct Fault {
    std::string file;
    void (*plant)(ResNetTraits&);
  };
  const std::vector<Fault> faults = {
      {"torch_resnet50.h5", [](ResNetTraits& t) { t.stride_in_first_conv = true; }},
      {"torch_resnet50.h5", [](ResNetTraits& t) { t.stem_pool = false; }},
      {"torch_resnet18.safetensors", [](ResNetTraits& t) { t.padding = Padding::same; }},
      {"torch_resnet20.h5", [](ResNetTraits& t) { t.batchnorm_epsilon = 1e-3; }},
      {"keras_resnet50.h5", [](ResNetTraits& t) { t.stride_in_first_conv = false; }},
      {"keras_resnet50.h5", [](ResNetTraits& t) { t.batchnorm_epsilon = 1e-3; }},
  };
  for (std::size_t i = 0; i < faults.size(); ++i) {
    CAPTURE(i);
    Checkpoint checkpoint = open_checkpoint(kNetworks / faults[i].file);
    faults[i].plant(checkpoint.traits);
    const Reference reference = read_reference(faults[i].file, "");
    CHECK(error_of(checkpoint, reference, {.batch = 2, .threads = 1}) > 10 * kTolerance);
  }
}

TEST_CASE("the demo network scores what PyTorch measured") {
  const std::filesystem::path file =
      std::filesystem::path(DPAC_GOLDEN_DIR) / "../../models/demo_fashion_mnist.h5";
  const Hdf5File data = Hdf5File::open(file);
  const std::vector<int64_t> labels = data.read_integers("labels");
  Tensor pixels = data.read_floats("images");
  for (float& v : pixels.values()) v /= 255.0f;
  const Tensor input({pixels.dim(0), 1, pixels.dim(1), pixels.dim(2)}, pixels.values());

  const std::vector<float> logits =
      run(build(open_checkpoint(file), input), input, {.batch = 50, .threads = 1});
  const auto classes = static_cast<std::ptrdiff_t>(logits.size() / labels.size());
  int hits = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const auto first = logits.begin() + static_cast<std::ptrdiff_t>(i) * classes;
    if (std::max_element(first, first + classes) - first == labels[i]) ++hits;
  }
  // Its attribute clean_accuracy is 0.9435; rounding may tip an image or two.
  CHECK(labels.size() == 2000);
  CHECK(std::abs(hits - 1887) <= 2);
}

TEST_CASE("a comparison with values that are no numbers fails") {
  const std::vector<float> reference = {1, 2};
  const Tensor expected({1, 2}, reference);
  CHECK(relative_error({1, NAN}, expected) == INFINITY);
  CHECK(relative_error({NAN, 2}, expected) == INFINITY);
  CHECK(relative_error({1, 2.5f}, expected) == doctest::Approx(0.25));
}
