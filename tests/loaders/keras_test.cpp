// Keras weights in each of the layouts that Keras has written, and what is refused about them.
#include <algorithm>

#include <doctest/doctest.h>

#include "engine/network.h"
#include "engine/networks/image_network.h"
#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

const std::filesystem::path kNetworks = std::filesystem::path(DPAC_GOLDEN_DIR) / "networks";

Checkpoint written(const std::vector<KerasGroup>& layers, const std::string& root = "") {
  const TempFolder folder;
  write_keras(folder.path() / "x.h5", root, layers);
  return open_checkpoint(folder.path() / "x.h5");
}

/// Changes a file with the HDF5 library itself.
template <class Change>
void edit(const std::filesystem::path& path, Change change) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  REQUIRE(file >= 0);
  change(file);
  H5Fclose(file);
}

/// numpy's empty list, which has the type float64.
void put_empty_list(hid_t file, const char* object, const char* name) {
  const hsize_t none = 0;
  const hid_t space = H5Screate_simple(1, &none, nullptr);
  H5Aclose(H5Acreate_by_name(file, object, name, H5T_IEEE_F64LE, space, 0, 0, 0));
  H5Sclose(space);
}

std::vector<std::string> names_of(const std::vector<KerasGroup>& layers) {
  std::vector<std::string> names;
  for (const KerasGroup& layer : layers) names.push_back(layer.name);
  return names;
}

/// The message of building keras_application() after `change` to its file.
template <class Change>
std::string message_after(Change change) {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  write_keras(path, "", keras_application());
  edit(path, change);
  const std::string message = message_of([&] { (void)build_resnet(open_checkpoint(path)); });
  if (message != "no error") CHECK(message.starts_with(path.string() + ": "));
  return message;
}

void check_application_traits(const ResNetTraits& traits) {
  CHECK(traits.batchnorm_epsilon == 1.001e-5);
  CHECK(traits.stride_in_first_conv == true);
  CHECK(traits.padding == Padding::symmetric);
  CHECK(traits.preset == "keras-caffe");
}

}  // namespace

TEST_CASE("one network in all forms that Keras itself wrote") {
  const Hdf5File cases = Hdf5File::open(kNetworks / "keras_forms_cases.h5");
  const Tensor input = cases.read_floats("input"), expected = cases.read_floats("logits");
  const Checkpoint whole = open_checkpoint(kNetworks / "keras_forms.h5"),
                   first = open_checkpoint(kNetworks / "keras_forms_legacy.h5");
  CHECK(whole.format == "Keras model (HDF5)");
  CHECK(whole.traits.input_size == Shape{40, 36});
  CHECK(whole.traits.preset == "keras-caffe");
  for (const char* name : {"keras_forms_legacy.h5", "keras_forms.weights.h5", "keras_forms_nested.h5",
                           "keras_forms_nested.weights.h5", "keras_forms_unnamed.weights.h5"}) {
    CAPTURE(name);
    const Checkpoint read = open_checkpoint(kNetworks / name);
    CHECK(first_difference(read.weights, first.weights) == "");
    check_application_traits(read.traits);
  }
  for (const Checkpoint* checkpoint : {&whole, &first}) {
    std::vector<float> logits(expected.values().size());
    Network(build_image_network(*checkpoint, {.input_size = Shape{40, 36}}), {.batch = 2, .threads = 1})
        .run(input.values(), std::vector<int64_t>{0, 1}, logits);
    for (std::size_t i = 0; i < logits.size(); ++i) CHECK(std::abs(logits[i] - expected.values()[i]) < 1e-4f);
  }
}

TEST_CASE("Keras weights come out under PyTorch's names and layouts") {
  const TempFolder folder;
  write_keras(folder.path() / "x.h5", "", keras_application());
  const Hdf5File file = Hdf5File::open(folder.path() / "x.h5");
  const Checkpoint read = open_checkpoint(folder.path() / "x.h5");
  CHECK(read.format == "Keras weights (HDF5)");
  check_application_traits(read.traits);
  CHECK(build_resnet(read).architecture == "ResNet5 v1");
  const Tensor keras = file.read_floats("conv1_conv/conv1_conv/kernel:0");  // [kh, kw, in, out]
  const Tensor& torch = *read.weights.find("conv1.weight");                 // [out, in, kh, kw]
  REQUIRE(torch.shape() == Shape{4, 3, 7, 7});
  CHECK(torch.values()[((3 * 3 + 2) * 7 + 5) * 7 + 1] == keras.values()[((5 * 7 + 1) * 3 + 2) * 4 + 3]);
  const Tensor dense = file.read_floats("predictions/predictions/kernel:0");  // [in, out]
  REQUIRE(read.weights.find("fc.weight")->shape() == Shape{3, 8});
  CHECK(read.weights.find("fc.weight")->values()[2 * 8 + 5] == dense.values()[5 * 3 + 2]);
  CHECK(read.weights.entries().at("layer1.0.downsample.1.running_var").origin ==
        "conv2_block1_0_bn/conv2_block1_0_bn/moving_variance:0");
  CHECK(first_difference(written(keras_application(), "model_weights").weights, read.weights) == "");
}

TEST_CASE("the names of deep-learning-models: running_std holds a variance, epsilon is 1e-3") {
  const TempFolder folder;
  write_keras(folder.path() / "x.h5", "", keras_old_names());
  const Checkpoint read = open_checkpoint(folder.path() / "x.h5");
  CHECK(read.traits.batchnorm_epsilon == 1e-3);
  CHECK(read.traits.stride_in_first_conv == true);
  CHECK(read.traits.preset == "keras-caffe");
  CHECK(build_resnet(read).architecture == "ResNet5 v1");
  const Tensor variance =
      Hdf5File::open(folder.path() / "x.h5").read_floats("bn2a_branch1/bn2a_branch1_running_std:0");
  CHECK(std::ranges::equal(read.weights.find("layer1.0.downsample.1.running_var")->values(),
                           variance.values()));
  CHECK(read.weights.contains("layer1.0.conv3.bias"));
}

TEST_CASE("names without a counter, with another one, or of fixed length; layers without weights") {
  const Checkpoint plain = written(keras_application());
  for (const std::string ending : {"", "_1:0"}) {
    std::vector<KerasGroup> layers = keras_application();
    for (KerasGroup& layer : layers) {
      for (KerasArray& array : layer.arrays) array.name.replace(array.name.size() - 2, 2, ending);
    }
    CHECK(build_resnet(written(layers)).architecture == "ResNet5 v1");
  }
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  const std::vector<KerasGroup> layers = keras_application();
  write_keras(path, "", layers);
  edit(path, [&](hid_t file) {
    std::vector<std::string> names = names_of(layers);
    names.insert(names.begin() + 1, "conv1_relu");
    H5Gclose(H5Gcreate(file, "conv1_relu", 0, 0, 0));
    put_empty_list(file, "conv1_relu", "weight_names");
    put_fixed_list(file, "/", "layer_names", names);
    for (const KerasGroup& layer : layers) {
      std::vector<std::string> arrays;
      for (const KerasArray& array : layer.arrays) arrays.push_back(array.name);
      put_fixed_list(file, layer.name.c_str(), "weight_names", arrays);
    }
  });
  CHECK(first_difference(open_checkpoint(path).weights, plain.weights) == "");
}

TEST_CASE("attributes in numbered parts") {
  const std::vector<std::string> names = names_of(keras_application());
  CHECK(message_after([&](hid_t file) {
          H5Adelete(file, "layer_names");
          put_fixed_list(file, "/", "layer_names0", {names.begin(), names.begin() + 4});
          put_fixed_list(file, "/", "layer_names1", {names.begin() + 4, names.end()});
          H5Adelete_by_name(file, "conv1_bn", "weight_names", H5P_DEFAULT);
          put_fixed_list(file, "conv1_bn", "weight_names0", {"conv1_bn/gamma:0"});
          put_fixed_list(file, "conv1_bn", "weight_names1",
                         {"conv1_bn/beta:0", "conv1_bn/moving_mean:0", "conv1_bn/moving_variance:0"});
        }) == "no error");
}

TEST_CASE("a BatchNorm without scale or centre") {
  std::vector<KerasGroup> layers = keras_application();
  std::erase_if(layers[1].arrays, [](const KerasArray& a) { return contains(a.name, "gamma"); });
  std::erase_if(layers[3].arrays, [](const KerasArray& a) { return contains(a.name, "beta"); });
  const Checkpoint read = written(layers);
  CHECK(std::ranges::all_of(read.weights.find("bn1.weight")->values(), [](float v) { return v == 1; }));
  CHECK(
      std::ranges::all_of(read.weights.find("layer1.0.bn1.bias")->values(), [](float v) { return v == 0; }));
  CHECK(build_resnet(read).architecture == "ResNet5 v1");
}

TEST_CASE("weights of unknown names are told apart by their order") {
  std::vector<KerasGroup> layers = keras_application();
  for (std::size_t i = 0; i < layers.size(); ++i) layers[i].name = "mine_" + std::to_string(i);
  const Checkpoint read = written(layers);
  CHECK(read.traits.batchnorm_epsilon == 1e-3);
  CHECK(read.traits.padding == Padding::same);
  CHECK(first_difference(read.weights, written(keras_application()).weights) == "");
}

TEST_CASE("a projection stands in one place of the block throughout a file") {
  // In the first block the projection and convolution 3 have one shape: only the second block tells.
  std::vector<KerasGroup> layers;
  const auto add = [&](const std::string& name, Shape shape) {
    const int64_t out = shape.back();
    layers.push_back({name, {{name + "/kernel:0", std::move(shape)}, {name + "/bias:0", {out}}}});
  };
  add("stem", {3, 3, 3, 4});
  for (const int64_t width : {4, 8}) {
    const int64_t in = width == 4 ? 4 : 16;
    const std::string name = "block" + std::to_string(width);
    add(name + "_one", {1, 1, in, width});
    add(name + "_two", {3, 3, width, width});
    add(name + "_three", {1, 1, width, 4 * width});
    add(name + "_projection", {1, 1, in, 4 * width});
  }
  add("dense", {32, 2});
  const auto entries = written(layers).weights.entries().at("layer1.0.downsample.0.weight").origin;
  CHECK(entries == "block4_projection/block4_projection/kernel:0");
}

TEST_CASE("Keras files that cannot be used say why") {
  const auto keep = [](std::vector<KerasGroup> layers, const std::string& root = "") {
    return message_of([&] { (void)build_resnet(written(layers, root)); });
  };
  CHECK(contains(message_after([](hid_t file) { H5Adelete_by_name(file, "conv1_bn", "weight_names", 0); }),
                 "group '/conv1_bn' has no attribute 'weight_names', which Keras writes there"));
  CHECK(contains(message_after([](hid_t file) { H5Ldelete(file, "conv1_bn", 0); }),
                 "group '/conv1_bn' has no attribute 'weight_names'"));
  CHECK(contains(message_after([](hid_t file) { H5Ldelete(file, "conv1_conv/conv1_conv/kernel:0", 0); }),
                 "there is no dataset 'conv1_conv/conv1_conv/kernel:0' in it"));
  CHECK(contains(message_after([](hid_t file) { put_fixed_attribute(file, "/", "backend", "theano"); }),
                 "saved under Keras's Theano backend, whose kernels are flipped"));
  CHECK(message_after([](hid_t file) { put_fixed_attribute(file, "/", "backend", "tensorflow"); }) ==
        "no error");
  CHECK(contains(message_after([](hid_t file) {
                   const char* name = "conv1_conv/conv1_conv/bias:0";
                   H5Ldelete(file, name, 0);
                   put_dataset(file, name, H5T_STD_I32LE, H5T_NATIVE_INT, {4}, std::vector<int>(4).data());
                 }),
                 "dataset 'conv1_conv/conv1_conv/bias:0' holds no floating-point numbers"));

  std::vector<KerasGroup> layers = keras_application();
  std::erase_if(layers,
                [](const KerasGroup& l) { return l.name == "conv2_block1_2_bn" || l.name == "conv1_conv"; });
  CHECK(contains(keep(layers),
                 ": convolution 'conv2_block1_2_conv' has no BatchNorm; BatchNorm 'conv1_bn' has no "
                 "convolution"));
  layers = keras_application();
  std::erase_if(layers, [](const KerasGroup& l) { return contains(l.name, "conv2_block1_2"); });
  CHECK(contains(keep(layers), "missing 'layer1.0.conv2.weight' of shape [any, 2, any, any]"));
  std::erase_if(layers, [](const KerasGroup& l) { return contains(l.name, "_bn"); });
  CHECK(contains(keep(layers), "missing 'layer1.0.conv2.weight' of shape [any, 2, any, any]"));
  layers = keras_application();
  layers[0].arrays[0].shape = {7, 7, 3, 5};
  CHECK(contains(keep(layers),
                 "dataset 'conv1_conv/conv1_conv/bias:0' ('conv1.bias') has shape [4], expected [5]"));
  layers.pop_back();
  CHECK(contains(keep(layers), "missing 'fc.weight'"));
  layers = {{"lstm", {{"lstm/kernel:0", {3}}}}};
  CHECK(contains(keep(layers), "layer 'lstm' is no convolution, BatchNorm or dense layer"));
  layers = {{"lstm", {{"lstm/peephole:0", {3}}}}};
  CHECK(contains(keep(layers), "dataset 'lstm/lstm/peephole:0' of layer 'lstm' is not one of kernel, bias"));
  layers = {{"inner", {{"a/kernel:0", {3, 3}}, {"b/a/kernel:0", {3, 3}}}}};
  CHECK(contains(keep(layers), "layer 'a' has two arrays of the kind 'kernel': 'inner/a/kernel:0' and"));
  layers = {{"dense", {{"dense/kernel:0", {3, 3}}}}, {"dense_1", {{"dense_1/kernel:0", {3, 3}}}}};
  CHECK(contains(keep(layers), "save the full model with model.save('model.h5')"));
}

TEST_CASE("Keras 3 weights that contain themselves, or do not tell their roles") {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  make_hdf5(path, [](hid_t file) {
    H5Gclose(H5Gcreate(file, "layers", 0, 0, 0));
    H5Lcreate_hard(file, "/", file, "layers/functional", 0, 0);
  });
  CHECK(contains(message_of([&] { (void)open_checkpoint(path); }), "is a model nested deeper than 8 levels"));
  make_hdf5(path, [](hid_t file) {
    for (const char* group : {"layers", "layers/batch_normalization", "layers/batch_normalization/vars"}) {
      H5Gclose(H5Gcreate(file, group, 0, 0, 0));
    }
    for (const char* name : {"0", "1", "2"}) {
      const std::string dataset = std::string("layers/batch_normalization/vars/") + name;
      put_dataset(file, dataset.c_str(), H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {1}, std::vector<float>{1}.data());
    }
  });
  CHECK(contains(message_of([&] { (void)open_checkpoint(path); }),
                 "layer 'batch_normalization' has 3 arrays, which do not tell their roles"));
  make_hdf5(path, [](hid_t file) { H5Gclose(H5Gcreate(file, "layers", 0, 0, 0)); });
  CHECK(contains(message_of([&] { (void)open_checkpoint(path); }),
                 "none of the layers in this Keras file has weights"));
}
