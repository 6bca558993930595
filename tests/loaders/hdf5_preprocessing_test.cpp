// What an HDF5 file of weights says of its images.
#include <limits>

#include <doctest/doctest.h>

#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

template <class Set>
Checkpoint with_attributes(Set set) {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  Hdf5Writer writer(path);
  write_weights(writer, small_resnet());
  set(writer);
  writer.commit();
  return open_checkpoint(path);
}

template <class Set>
std::string refusal(Set set) {
  return message_of([&] { (void)with_attributes(set); });
}

/// Puts an attribute of several doubles at the root.
void put_numbers(hid_t file, const char* name, const std::vector<double>& values) {
  const hsize_t count = values.size();
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t attribute = H5Acreate2(file, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT);
  if (count > 0) REQUIRE(H5Awrite(attribute, H5T_NATIVE_DOUBLE, values.data()) >= 0);
  H5Aclose(attribute);
  H5Sclose(space);
}

std::string with_numbers(const char* name, const std::vector<double>& values,
                         PreprocessingTraits* traits = nullptr) {
  const TempFolder folder;
  const auto path = folder.path() / "x.h5";
  make_hdf5(path, [&](hid_t file) {
    put_dataset(file, "x", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {1}, std::vector<float>{1}.data());
    put_numbers(file, name, values);
  });
  return message_of([&] {
    const Checkpoint read = open_checkpoint(path);
    if (traits != nullptr) *traits = read.traits.preprocessing;
  });
}

}  // namespace

TEST_CASE("attributes of the root say the preprocessing, each by itself") {
  CHECK(with_attributes([](Hdf5Writer&) {}).traits.preprocessing == PreprocessingTraits{});
  const Checkpoint read = with_attributes([](Hdf5Writer& writer) {
    writer.set_attribute("", "value_scale", 1.0 / 255);
    writer.set_attribute("", "mean", 0.25);
    writer.set_attribute("", "channel_order", std::string("bgr"));
  });
  CHECK(read.traits.preprocessing ==
        PreprocessingTraits{.value_scale = 1.0 / 255, .mean = {0.25f}, .bgr = true});
  PreprocessingTraits traits;
  CHECK(with_numbers("std", {0.5, 0.25, 2}, &traits) == "no error");
  CHECK(traits == PreprocessingTraits{.std = {0.5f, 0.25f, 2.0f}});
}

TEST_CASE("this project's own demo file says its preprocessing") {
  const auto demo = std::filesystem::path(DPAC_TEST_DIR).parent_path() / "models" / "demo_fashion_mnist.h5";
  const Checkpoint read = open_checkpoint(demo);
  CHECK(read.traits.preprocessing == PreprocessingTraits{.value_scale = 1.0 / 255, .mean = {0}, .std = {1}});
}

TEST_CASE("attributes that are no preprocessing are refused by name") {
  CHECK(contains(refusal([](Hdf5Writer& w) { w.set_attribute("", "value_scale", 0.0); }),
                 "the attribute 'value_scale' of the root is no number above 0, as was expected"));
  CHECK(contains(refusal([](Hdf5Writer& w) { w.set_attribute("", "std", -1.0); }),
                 "'std' of the root is no number above"));
  CHECK(contains(
      refusal([](Hdf5Writer& w) { w.set_attribute("", "mean", std::numeric_limits<double>::infinity()); }),
      "'mean' of the root is no finite number or list of 3"));
  CHECK(contains(refusal([](Hdf5Writer& w) { w.set_attribute("", "mean", std::string("0.5")); }),
                 "attribute 'mean' of '/' is no list of at most 64 numbers"));
  CHECK(contains(refusal([](Hdf5Writer& w) { w.set_attribute("", "channel_order", std::string("grb")); }),
                 "'channel_order' of the root is no 'rgb' or 'bgr'"));
  CHECK(contains(with_numbers("mean", {1, 2}), "'mean' of the root is no finite number or list of 3"));
  CHECK(contains(with_numbers("mean", {}), "'mean' of the root is no finite number or list of 3"));
  CHECK(contains(with_numbers("value_scale", {1, 2, 3}), "'value_scale' of the root is no single number"));
  CHECK(contains(with_numbers("std", std::vector<double>(65, 1)), "is no list of at most 64 numbers"));
}
