// PyTorch state_dicts in HDF5, as notebooks write them.
#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "engine/networks/resnet.h"
#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/networks.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

std::string as_path(std::string name) {
  std::replace(name.begin(), name.end(), '.', '/');
  return name;
}

/// The same network under the names of the CIFAR repositories.
std::string as_cifar_repository(std::string name) {
  const auto replace = [&](const std::string& from, const std::string& to) {
    if (const auto at = name.find(from); at != std::string::npos) name.replace(at, from.size(), to);
  };
  replace("downsample", "shortcut");
  replace("fc", "linear");
  return name;
}

/// The message of opening a file that has, beside a good state_dict, what `add` adds to it.
template <class Add>
std::string message_with(Add add) {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  Hdf5Writer writer(path);
  write_weights(writer, small_resnet());
  add(writer);
  writer.commit();
  const std::string message = message_of([&] { (void)build_resnet(open_checkpoint(path)); });
  if (message != "no error") CHECK(message.starts_with(path.string() + ": "));
  return message;
}

}  // namespace

TEST_CASE("a state_dict is found under every usual naming") {
  const Checkpoint original = small_resnet();
  const std::vector<std::function<std::string(const std::string&)>> namings = {
      same,
      as_path,
      as_cifar_repository,
      [](const std::string& name) { return as_path(as_cifar_repository(name)); },
      [](const std::string& name) { return "module." + name; },
      [](const std::string& name) { return "state_dict/" + name; },
      [](const std::string& name) { return "state_dict/module." + name; },
      [](const std::string& name) { return "model_state_dict/" + as_path(name); },
      [](const std::string& name) { return "model/" + as_path(name); },
      [](const std::string& name) { return "net.module." + name; },
  };
  for (const auto& naming : namings) {
    CAPTURE(naming("conv1.weight"));
    const TempFolder folder;
    write_state_dict(folder.path() / "x.h5", original, naming);
    const Checkpoint read = open_checkpoint(folder.path() / "x.h5");
    CHECK(first_difference(read.weights, original.weights) == "");
    CHECK(read.weights.entries().at("conv1.weight").origin == naming("conv1.weight"));
    CHECK(read.format == "PyTorch state_dict in HDF5");
    CHECK(read.traits.preset == "cifar");
    CHECK(build_resnet(read).architecture == "ResNet6");
  }
}

TEST_CASE("what a state_dict in HDF5 implies is torchvision's") {
  RandomResNet net;
  net.bottleneck = true;
  net.stem_kernel = 7;
  const TempFolder folder;
  write_state_dict(folder.path() / "x.h5", random_resnet(net), same);
  const Checkpoint read = open_checkpoint(folder.path() / "x.h5");
  CHECK(read.traits.preset == "torchvision");
  CHECK_FALSE(read.traits.batchnorm_epsilon.has_value());
  CHECK_FALSE(read.traits.stride_in_first_conv.has_value());
  CHECK(read.traits.padding == Padding::symmetric);
  CHECK(build_resnet(read).architecture == "ResNet8 v1.5");
}

TEST_CASE("weights in HDF5 of any float type, byte order and storage") {
  struct Form {
    hid_t type;
    bool chunks, gzip;
    float tolerance;  // Relative.
  };
  const std::vector<Form> forms = {
      {H5T_IEEE_F32LE, true, true, 0},
      {H5T_IEEE_F32LE, true, false, 0},
      {H5T_IEEE_F32BE, false, false, 0},
      {H5T_IEEE_F64LE, true, true, 0},
      {H5T_IEEE_F64BE, false, false, 0},
      {half_type(H5T_IEEE_F32LE), false, false, 0x1p-11f},
      {half_type(H5T_IEEE_F32LE), true, true, 0x1p-11f},
  };
  const Checkpoint original = small_resnet();
  for (std::size_t i = 0; i < forms.size(); ++i) {
    CAPTURE(i);
    const TempFolder folder;
    make_hdf5(folder.path() / "x.h5", [&](hid_t file) {
      for (const auto& [name, entry] : original.weights.entries()) {
        const std::vector<hsize_t> dims(entry.tensor.shape().begin(), entry.tensor.shape().end());
        std::vector<hsize_t> chunk = dims;
        chunk[0] = (chunk[0] + 1) / 2;
        const hid_t properties = forms[i].chunks ? chunked(chunk, forms[i].gzip) : H5P_DEFAULT;
        put_dataset(file, name.c_str(), forms[i].type, H5T_NATIVE_FLOAT, dims, entry.tensor.values().data(),
                    properties);
      }
    });
    const Checkpoint read = open_checkpoint(folder.path() / "x.h5");
    REQUIRE(read.weights.entries().size() == original.weights.entries().size());
    for (const auto& [name, entry] : read.weights.entries()) {
      const auto expected = original.weights.find(name)->values();
      for (std::size_t k = 0; k < expected.size(); ++k) {
        const float error = std::abs(entry.tensor.values()[k] - expected[k]);
        REQUIRE(error <=
                std::abs(expected[k]) * forms[i].tolerance + (forms[i].tolerance > 0 ? 0x1p-24f : 0));
      }
    }
  }
}

TEST_CASE("buffers, images and a training run's other arrays are no weights") {
  const std::vector<float> value = {1};
  CHECK(message_with([](Hdf5Writer& w) {
          w.write_integers("bn1.num_batches_tracked", {}, std::vector<int64_t>{5});
        }) == "no error");
  const Checkpoint original = small_resnet();
  for (const std::string group : {"state_dict/", "model_state_dict/"}) {
    const TempFolder folder;
    Hdf5Writer writer(folder.path() / "x.h5");
    for (const auto& [name, entry] : original.weights.entries()) {
      writer.write_floats(group + name, entry.tensor.shape(), entry.tensor.values());
    }
    writer.write_integers("epoch", {}, std::vector<int64_t>{5});
    writer.write_floats("optimizer_state_dict/momentum", {1}, value);
    writer.commit();
    const Checkpoint read = open_checkpoint(folder.path() / "x.h5");
    CHECK(read.weights.entries().size() == 32);
    REQUIRE(read.left_out.size() == 2);
    CHECK(read.left_out[0].what == "datasets beside the weights");
    CHECK(read.left_out[0].examples == std::vector<std::string>{"epoch", "optimizer_state_dict/momentum"});
    CHECK(read.left_out[1].examples == std::vector<std::string>{group.substr(0, group.size() - 1) + "."});
  }
}

TEST_CASE("a state_dict in HDF5 that cannot be used says why") {
  const std::vector<float> value = {1}, bad = {1, NAN, INFINITY};
  CHECK(contains(message_with([](Hdf5Writer& w) {
                   w.write_integers("layer1.0.x.weight", {1}, std::vector<int64_t>{1});
                 }),
                 "dataset 'layer1.0.x.weight' holds no floating-point numbers, expected float16, float32 or "
                 "float64; convert "
                 "it with .float().numpy(), or leave it out if it is no weight"));
  CHECK(contains(
      message_with([&](Hdf5Writer& w) { w.write_floats("layer2.0.shortcut.1.bias", {1}, value); }),
      "dataset 'layer2.0.downsample.1.bias' and dataset 'layer2.0.shortcut.1.bias' both stand for the weight "
      "'layer2.0.downsample.1.bias'; remove one of them"));
  CHECK(contains(message_with([&](Hdf5Writer& w) { w.write_floats("layer1.0.x", {1}, value); }),
                 "(1 problem): extra dataset 'layer1.0.x' ('layer1.0.x') of shape [1]"));
  CHECK(message_with([&](Hdf5Writer& w) { w.write_floats("x", {3}, bad); }) == "no error");
}

TEST_CASE("HDF5 files without a ResNet say what is in them") {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  make_hdf5(path, [](hid_t) {});
  CHECK(message_of([&] { (void)open_checkpoint(path); }) ==
        path.string() + ": the HDF5 file holds no weights");
  Hdf5Writer writer(path);
  writer.write_floats("encoder/weight", {1}, std::vector<float>{1});
  writer.commit();
  CHECK(contains(message_of([&] { (void)build_resnet(open_checkpoint(path)); }),
                 ": no ResNet in this file: expected weights named like 'conv1.weight' and "
                 "'layer1.0.conv1.weight', found 'encoder.weight'"));
}

TEST_CASE("a state_dict without running statistics lists all of them in one error") {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  Hdf5Writer writer(path);
  const Checkpoint original = small_resnet();
  for (const auto& [name, entry] : original.weights.entries()) {
    if (contains(name, "running")) continue;
    writer.write_floats(name, entry.tensor.shape(), entry.tensor.values());
  }
  writer.commit();
  const std::string message = message_of([&] { (void)build_resnet(open_checkpoint(path)); });
  CHECK(contains(message, "(12 problems): missing 'bn1.running_mean' of shape [4]"));
  CHECK(contains(message, "missing 'layer2.0.downsample.1.running_var' of shape [8]"));
}
