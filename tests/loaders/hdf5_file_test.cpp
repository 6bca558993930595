// Files of every kind that h5py and Keras write.
#include "loaders/hdf5/hdf5_file.h"

#include <bit>
#include <cmath>
#include <fstream>

#include <doctest/doctest.h>

#include "loaders/half.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "tests/support/messages.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

const std::vector<float> kValues = {1.5f, -2.0f, 0.0f, 0.25f, 65504.0f, -0.000030517578125f};

std::vector<float> values_of(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

std::filesystem::path write_values(const TempFolder& folder, const char* name,
                                   const std::vector<float>& values) {
  Hdf5Writer writer(folder.path() / name);
  writer.write_floats("x", {static_cast<int64_t>(values.size())}, values);
  writer.commit();
  return folder.path() / name;
}

}  // namespace

TEST_CASE("what the HDF5 writer writes comes back") {
  const TempFolder folder;
  Hdf5Writer writer(folder.path() / "x.h5");
  writer.write_floats("a/b/x", {2, 3}, kValues);
  writer.write_floats("scalar", {}, std::vector<float>{7});
  writer.write_integers("n", {3}, std::vector<int64_t>{1, -2, int64_t{1} << 60});
  writer.set_attribute("", "title", std::string("gr\xc3\xbcn"));
  writer.set_attribute("a/b", "names", std::vector<std::string>{"one", "", "three"});
  writer.commit();

  const Hdf5File file = Hdf5File::open(folder.path() / "x.h5");
  CHECK(file.datasets() == std::vector<std::string>{"a/b/x", "n", "scalar"});
  CHECK(file.datasets("a") == std::vector<std::string>{"a/b/x"});
  CHECK(file.groups("a") == std::vector<std::string>{"b"});
  CHECK(file.read_floats("a/b/x").shape() == Shape{2, 3});
  CHECK(values_of(file.read_floats("a/b/x")) == kValues);
  CHECK(file.read_floats("scalar").shape().empty());
  CHECK(file.read_integers("n") == std::vector<int64_t>{1, -2, int64_t{1} << 60});
  CHECK(file.string_attribute("", "title") == "gr\xc3\xbcn");
  CHECK(file.strings_attribute("a/b", "names") == std::vector<std::string>{"one", "", "three"});
  CHECK(file.has_group("a/b"));
  CHECK_FALSE(file.has_group("a/b/x"));
  CHECK_FALSE(file.has_dataset("a/c/x"));
}

TEST_CASE("the same calls of the HDF5 writer give the same bytes") {
  const TempFolder folder;
  const auto bytes_of = [](const std::filesystem::path& path) {
    std::ifstream stream(path, std::ios::binary);
    return std::string((std::istreambuf_iterator<char>(stream)), {});
  };
  const std::string bytes = bytes_of(write_values(folder, "a.h5", kValues));
  CHECK(bytes.size() > 100);
  CHECK(bytes_of(write_values(folder, "b.h5", kValues)) == bytes);
}

TEST_CASE("an HDF5 file in memory is read like one on disk") {
  const TempFolder folder;
  std::ifstream stream(write_values(folder, "x.h5", kValues), std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), {});
  const auto image = std::as_bytes(std::span(bytes));
  CHECK(values_of(Hdf5File::from_image(image, "demo").read_floats("x")) == kValues);
  CHECK(contains(message_of([&] { (void)Hdf5File::from_image(image.first(image.size() / 2), "demo"); }),
                 "demo: cannot be opened as an HDF5 file"));
}

TEST_CASE("an HDF5 writer that is not committed leaves the old file, and no other") {
  const TempFolder folder;
  const auto path = write_values(folder, "x.h5", {1});
  {
    Hdf5Writer second(path);
    second.write_floats("x", {1}, std::vector<float>{2});
  }
  CHECK(values_of(Hdf5File::open(path).read_floats("x")) == std::vector<float>{1});
  CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), {}) == 1);
  const auto nowhere = folder.path() / "none" / "x.h5";
  CHECK(contains(message_of([&] { Hdf5Writer writer(nowhere); }), nowhere.string() + ": cannot be written"));
}

TEST_CASE("every HDF5 type of number, byte order and storage gives the same floats") {
  const TempFolder folder;
  make_hdf5(folder.path() / "x.h5", [](hid_t file) {
    const auto put = [&](const char* name, hid_t type, hid_t properties = H5P_DEFAULT) {
      put_dataset(file, name, type, H5T_NATIVE_FLOAT, {6}, kValues.data(), properties);
    };
    put("f32be", H5T_IEEE_F32BE);
    put("f64", H5T_IEEE_F64LE);
    put("f16", half_type(H5T_IEEE_F32LE));
    put("f16be", half_type(H5T_IEEE_F32BE));
    put("gzip", H5T_IEEE_F32LE, chunked({4}, true));
    put("chunked", H5T_IEEE_F32LE, chunked({4}, false));
    put_dataset(file, "i8", H5T_STD_I8LE, H5T_NATIVE_INT, {2}, std::vector<int>{-3, 4}.data());
    put_dataset(file, "none", H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {0, 3}, nullptr);
  });
  const Hdf5File file = Hdf5File::open(folder.path() / "x.h5");
  for (const char* name : {"f32be", "f64", "f16", "f16be", "gzip", "chunked"}) {
    CAPTURE(name);
    CHECK(values_of(file.read_floats(name)) == kValues);
    CHECK(file.dataset(name).kind() == ElementKind::floating);
  }
  CHECK(values_of(file.read_floats("i8")) == std::vector<float>{-3, 4});
  CHECK(file.read_floats("none").shape() == Shape{0, 3});
  CHECK(contains(message_of([&] { (void)file.read_integers("f64"); }), "dataset 'f64' holds no integers"));
}

TEST_CASE("bfloat16 as Keras marks it") {
  const TempFolder folder;
  const std::vector<float> values = {1.5f, -2.0f, 0.0f, 0x1p-130f};
  std::vector<uint16_t> bits;
  for (const float v : values) bits.push_back(static_cast<uint16_t>(std::bit_cast<uint32_t>(v) >> 16));
  make_hdf5(folder.path() / "x.h5", [&](hid_t file) {
    const hid_t opaque = H5Tcreate(H5T_OPAQUE, 2);
    put_dataset(file, "opaque", opaque, opaque, {4}, bits.data());
    put_dataset(file, "integer", H5T_STD_U16BE, H5T_NATIVE_UINT16, {4}, bits.data());
    put_dataset(file, "unmarked", opaque, opaque, {4}, bits.data());
    for (const char* name : {"opaque", "integer"}) put_fixed_attribute(file, name, "dtype", "bfloat16");
  });
  const Hdf5File file = Hdf5File::open(folder.path() / "x.h5");
  CHECK(values_of(file.read_floats("opaque")) == values);
  CHECK(values_of(file.read_floats("integer")) == values);
  CHECK(contains(message_of([&] { (void)file.read_floats("unmarked"); }),
                 "dataset 'unmarked' holds no numbers"));
}

TEST_CASE("all 65536 halves are converted exactly") {
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const int exponent = static_cast<int>(bits >> 10 & 31), fraction = static_cast<int>(bits & 1023);
    const double magnitude =
        exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
    const auto expected = static_cast<float>((bits & 0x8000) != 0 ? -magnitude : magnitude);
    const float value = float_from_half(static_cast<uint16_t>(bits));
    CAPTURE(bits);
    if (exponent == 31) {
      REQUIRE((fraction == 0 ? std::isinf(value) : std::isnan(value)));
    } else {
      REQUIRE(std::bit_cast<uint32_t>(value) == std::bit_cast<uint32_t>(expected));
    }
  }
}

TEST_CASE("slices of a dataset of bytes") {
  const TempFolder folder;
  std::vector<uint8_t> images(5 * 6);
  for (std::size_t i = 0; i < images.size(); ++i) images[i] = static_cast<uint8_t>(i);
  make_hdf5(folder.path() / "x.h5", [&](hid_t file) {
    put_dataset(file, "images", H5T_STD_U8LE, H5T_NATIVE_UINT8, {5, 2, 3}, images.data(),
                chunked({2, 2, 3}, true));
    put_dataset(file, "signed", H5T_STD_I8LE, H5T_NATIVE_INT8, {5}, images.data());
  });
  // The dataset outlives its file.
  const Hdf5Dataset dataset = Hdf5File::open(folder.path() / "x.h5").dataset("images");
  CHECK(dataset.read_bytes(0, 5) == images);
  CHECK(dataset.read_bytes(1, 3) == std::vector<uint8_t>(images.begin() + 6, images.begin() + 18));
  CHECK(dataset.read_bytes(4, 4).empty());
  CHECK(contains(message_of([&] { (void)dataset.read_bytes(3, 6); }),
                 "of shape [5, 2, 3] has no entries 3 to 6"));
  CHECK(contains(message_of([&] { (void)dataset.read_bytes(3, 2); }), "has no entries 3 to 2"));
  CHECK(contains(message_of([&] { (void)dataset.read_bytes(-1, 2); }), "has no entries -1 to 2"));
  const Hdf5Dataset other = Hdf5File::open(folder.path() / "x.h5").dataset("signed");
  CHECK(contains(message_of([&] { (void)other.read_bytes(0, 1); }),
                 "dataset 'signed' holds no uint8 elements"));
}

TEST_CASE("HDF5 string attributes of fixed length, empty lists and other things") {
  const TempFolder folder;
  make_hdf5(folder.path() / "x.h5", [](hid_t file) {
    const auto add = [&](const char* name, hid_t type, hsize_t count, const void* data) {
      const hid_t space = H5Screate_simple(1, &count, nullptr);
      const hid_t attribute = H5Acreate(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
      if (data != nullptr) H5Awrite(attribute, type, data);
      H5Aclose(attribute);
      H5Sclose(space);
    };
    const hid_t fixed = H5Tcopy(H5T_C_S1);
    H5Tset_size(fixed, 5);
    H5Tset_strpad(fixed, H5T_STR_NULLPAD);
    add("fixed", fixed, 2, "abcdexy\0\0\0");
    add("nothing", H5T_IEEE_F64LE, 0, nullptr);
    add("number", H5T_NATIVE_INT, 1, std::vector<int>{3}.data());
  });
  const Hdf5File file = Hdf5File::open(folder.path() / "x.h5");
  CHECK(file.strings_attribute("", "fixed") == std::vector<std::string>{"abcde", "xy"});
  CHECK(file.strings_attribute("", "nothing").empty());
  CHECK(contains(message_of([&] { (void)file.strings_attribute("", "number"); }),
                 "attribute 'number' of '/' is no string"));
  CHECK(contains(message_of([&] { (void)file.strings_attribute("", "none"); }),
                 "attribute 'none' of '/' is missing"));
  CHECK(contains(message_of([&] { (void)file.string_attribute("", "fixed"); }),
                 "holds 2 strings, expected one"));
}
