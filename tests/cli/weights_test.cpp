// What --weights takes besides one HDF5 file, what is said about weights, and the options for what they do
// not say.
#include <algorithm>

#include <doctest/doctest.h>

#include "loaders/hdf5/hdf5_file.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "loaders/sha256.h"
#include "tests/support/checkpoints.h"
#include "tests/support/cli_inputs.h"
#include "tests/support/messages.h"
#include "tests/support/program.h"
#include "tests/support/torch_files.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// Bottlenecks for 32x32 colour images, 10 classes.
Checkpoint bottlenecks() {
  RandomResNet net;
  net.bottleneck = true;
  return random_resnet(net);
}

std::string written(const CliInputs& inputs, const std::string& name, const std::string& bytes) {
  return inputs.folder.write(name, bytes).string();
}

std::vector<std::string> eval(const CliInputs& inputs, const std::string& weights,
                              const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"eval", "--weights", weights, "--data", inputs.data};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return arguments;
}

bool has(const nlohmann::json& sentences, const std::string& part) {
  return std::ranges::any_of(
      sentences, [&](const auto& each) { return contains(each.template get<std::string>(), part); });
}

}  // namespace

TEST_CASE("weights of torch.save and their folder give what the same weights in HDF5 give") {
  const CliInputs inputs;
  const std::string file = written(inputs, "model/best.pth", torch_file_of(random_resnet({}), same));
  const auto reference = dpac_json(eval(inputs, inputs.weights));
  for (const std::string& weights : {file, inputs.file("model")}) {
    const auto json = dpac_json(eval(inputs, weights));
    CHECK(json["top1"] == reference["top1"]);
    CHECK(json["weights_sha256"] == sha256_of_file(file));
    CHECK(json["options"]["weights"] == weights);
  }
}

TEST_CASE("the fingerprint of shards is one of all of them") {
  const CliInputs inputs;
  const Checkpoint whole = random_resnet({});
  Checkpoint parts[2];
  int number = 0;
  for (const auto& [name, entry] : whole.weights.entries()) {
    parts[number++ % 2].weights.add(name, Tensor(entry.tensor.shape(), entry.tensor.values()), name);
  }
  std::string fingerprints;
  for (int i = 0; i < 2; ++i) {
    const std::string name = "model/model-0000" + std::to_string(i + 1) + "-of-00002.safetensors";
    fingerprints += sha256_of_file(written(inputs, name, safetensors_of(parts[i], same)));
  }
  const auto json = dpac_json({"info", inputs.file("model")});
  CHECK(json["weights_sha256"] == sha256_of(std::as_bytes(std::span(fingerprints))));
  CHECK(json["format"] == "safetensors, 2 shards");
}

TEST_CASE("info says what was assumed and what was left out, in text and in JSON") {
  const CliInputs inputs;
  const Checkpoint network = bottlenecks();
  Checkpoint wrapped{.path = "x", .format = {}, .weights = {}, .traits = {}};
  for (const auto& [name, entry] : network.weights.entries()) {
    wrapped.weights.add("model." + name, Tensor(entry.tensor.shape(), entry.tensor.values()), name);
  }
  wrapped.weights.add("criterion.weight", Tensor({1}, std::vector<float>{1}), "criterion.weight");
  const std::string weights = written(inputs, "x.safetensors", safetensors_of(wrapped, same));
  const auto json = dpac_json({"info", weights});
  CHECK(has(json["assumed"], "the input is 32x32 pixels, as usual under a 3x3 stem"));
  CHECK(has(json["assumed"], "a block's stride is in its 3x3 convolution"));
  CHECK(json["left_out"] ==
        nlohmann::json{
            {{"what", "wrappers of names"}, {"count", 1}, {"examples", {"model."}}},
            {{"what", "tensors beside the network"}, {"count", 1}, {"examples", {"criterion.weight"}}}});
  const Outcome text = run_dpac({"info", weights});
  CHECK(text.err == "");
  CHECK(contains(
      text.out,
      "\nassumed       the input is 32x32 pixels, as usual under a 3x3 stem\n              the stem has"));
  CHECK(contains(
      text.out,
      "\nleft out      1 wrapper of names was left out (model.)\n              1 tensor beside the"));
  // Where nothing else is said about weights, strangers are.
  const Outcome run = run_dpac(eval(inputs, weights));
  CHECK(contains(run.err, "dpac: 1 tensor"));
  CHECK_FALSE(contains(run.err, "wrapper"));
  CHECK_FALSE(contains(run.err, "epsilon"));
  CHECK(dpac_json(eval(inputs, weights))["left_out"].size() == 2);
}

TEST_CASE("--stride-in says where a bottleneck has its stride") {
  const CliInputs inputs;
  const std::string weights = written(inputs, "x.safetensors", safetensors_of(bottlenecks(), same));
  CHECK(dpac_json({"info", weights})["architecture"] == "ResNet8 v1.5");
  const auto caffe = dpac_json({"info", weights, "--stride-in", "1x1"});
  CHECK(caffe["architecture"] == "ResNet8 v1");
  CHECK(caffe["options"]["stride_in"] == "1x1");
  CHECK_FALSE(has(caffe["assumed"], "3x3 convolution"));
  CHECK(contains(dpac_usage_error({"info", weights, "--stride-in", "5x5"}), "--stride-in"));
  CHECK(contains(dpac_error({"info", inputs.weights, "--stride-in", "1x1"}),
                 "(--stride-in), but there are no such blocks"));
}

TEST_CASE("--no-head gives features in place of classes") {
  const CliInputs inputs;
  const auto info = dpac_json({"info", inputs.weights, "--no-head"});
  CHECK(info["classes"] == 32);
  CHECK(info["layers"].back()["name"] != "fc");
  CHECK(info["options"]["no_head"] == true);
  const auto logits =
      dpac_json(eval(inputs, inputs.weights, {"--no-head", "--logits", inputs.file("features.h5")}));
  CHECK(logits["top1"].is_null());
  CHECK(Hdf5File::open(inputs.file("features.h5")).dataset("logits").shape() == Shape{20, 32});
  const auto trace = dpac_json(inputs.arguments(
      "trace", {"--no-head", "--noise", "shot", "--energy", "10", "--out", inputs.file("trace.h5")}));
  CHECK(Hdf5File::open(inputs.file("trace.h5")).dataset("logits").shape() == Shape{4, 32});
  const auto bits = dpac_json(inputs.arguments("bits", {"--no-head", "--energy", "10"}));
  CHECK(bits["points"][0]["top1_noise"].is_null());
  CHECK(bits["points"][0]["layers"].size() == info["layers"].size());
  CHECK(dpac_json({"bench", "--weights", inputs.weights, "--no-head", "--rounds", "1"})["ratio"].is_number());
  CHECK(contains(dpac_error({"learn", "--weights", inputs.weights, "--no-head", "--train-data", inputs.data,
                             "--target-energy", "10", "--noise", "shot", "--out", inputs.file("e.h5")}),
                 "gives embeddings; to learn energies, a network needs a classifier or a score"));
}

TEST_CASE("preprocessing that the weights' file says is in force, and is said to be the file's") {
  const CliInputs inputs;
  Hdf5Writer writer(inputs.file("own.h5"));
  write_weights(writer, random_resnet({}));
  writer.set_attribute("", "value_scale", 0.5);
  writer.set_attribute("", "mean", 0.25);
  writer.set_attribute("", "std", 2.0);
  writer.commit();
  const auto own = dpac_json(eval(inputs, inputs.file("own.h5")));
  CHECK(own["options"]["value_scale"] == 0.5);
  CHECK(own["options"]["mean"] == nlohmann::json{0.25, 0.25, 0.25});
  CHECK(own["options"]["std"] == nlohmann::json{2, 2, 2});
  CHECK(has(own["notices"], "preprocessing as the weights' files say: "));
  CHECK_FALSE(has(own["assumed"], "preset"));
  const auto chosen = dpac_json(eval(inputs, inputs.file("own.h5"), {"--preset", "cifar"}));
  CHECK(chosen["options"]["std"] == nlohmann::json{0.229f, 0.224f, 0.225f});
  const auto part = dpac_json(eval(inputs, inputs.file("own.h5"), {"--std", "3"}));
  CHECK(part["options"]["std"] == nlohmann::json{3, 3, 3});
  CHECK(part["options"]["value_scale"] == 0.5);
}

TEST_CASE("this project's own demo file needs no options") {
  const auto demo =
      (std::filesystem::path(DPAC_TEST_DIR).parent_path() / "models" / "demo_fashion_mnist.h5").string();
  const auto json = dpac_json({"eval", "--weights", demo, "--data", demo, "--limit", "200"});
  CHECK(json["top1"].get<double>() > 0.9);
}

TEST_CASE("a flipped bit of an exponent in the weights is told with the result") {
  const CliInputs inputs;
  Checkpoint checkpoint = random_resnet({});
  CHECK(dpac_json({"info", inputs.weights})["notices"].empty());
  Checkpoint damaged;
  for (const auto& [name, entry] : checkpoint.weights.entries()) {
    Tensor tensor(entry.tensor.shape(), entry.tensor.values());
    if (name == "layer1.0.conv1.weight") tensor.values()[5] = 1e30f;
    damaged.weights.add(name, std::move(tensor), entry.origin);
  }
  const std::string file = written(inputs, "damaged.pth", torch_file_of(damaged, same));
  CHECK(has(dpac_json(eval(inputs, file))["notices"], "layer1.0.conv1.weight"));
  const auto notices = dpac_json({"info", file})["notices"];
  CAPTURE(notices.dump());
  CHECK(has(notices, "value 5 is 1e+30"));
  CHECK(has(notices, "layer layer1.0.conv1: for inputs of about 1, pre-activations of output channel 0"));
}
