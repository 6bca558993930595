#include <filesystem>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <hdf5.h>

#include "kernels/error.h"
#include "loaders/images/open_dataset.h"
#include "loaders/read_file.h"
#include "tests/support/images.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Dims = std::vector<hsize_t>;

/// Byte i of the pixels is i modulo 251, so that no two neighbouring images are equal.
class H5 {
 public:
  explicit H5(const std::filesystem::path& path) : path_(path) {
    id_ = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    REQUIRE(id_ >= 0);
  }
  H5(const H5&) = delete;
  H5& operator=(const H5&) = delete;
  ~H5() { H5Fclose(id_); }

  H5& images(const Dims& dims, hid_t type = H5T_STD_U8LE, bool compressed = false) {
    std::vector<uint8_t> bytes(
        std::accumulate(dims.begin(), dims.end(), std::size_t{1}, std::multiplies<>()));
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<uint8_t>(i % 251);
    return write("images", dims, type, H5T_NATIVE_UINT8, bytes.data(), compressed);
  }

  H5& labels(const std::vector<int>& values, const Dims& dims) {
    return write("labels", dims, H5T_STD_I64LE, H5T_NATIVE_INT, values.data(), false);
  }

 private:
  H5& write(const char* name, const Dims& dims, hid_t type, hid_t from, const void* values, bool compressed) {
    const hid_t space = H5Screate_simple(static_cast<int>(dims.size()), dims.data(), nullptr);
    const hid_t how = H5Pcreate(H5P_DATASET_CREATE);
    if (compressed) {
      H5Pset_chunk(how, static_cast<int>(dims.size()), Dims(dims.size(), 2).data());
      H5Pset_deflate(how, 6);
    }
    const hid_t dataset = H5Dcreate2(id_, name, type, space, H5P_DEFAULT, how, H5P_DEFAULT);
    REQUIRE(H5Dwrite(dataset, from, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) >= 0);
    H5Dclose(dataset);
    H5Pclose(how);
    H5Sclose(space);
    return *this;
  }

  std::filesystem::path path_;
  hid_t id_ = -1;
};

/// Writes a file with `fill` and expects the message, in which @ stands for its path.
template <class Fill>
void check_refused(const Fill& fill, std::string message) {
  const TempFolder folder;
  const auto path = folder.path() / "a.h5";
  {
    H5 file(path);
    fill(file);
  }
  message.replace(message.find('@'), 1, path.string());
  CHECK_THROWS_WITH_AS(open_image_dataset(path), message.c_str(), Error);
}

}  // namespace

TEST_CASE("HDF5: colour and grey, contiguous and compressed, labels as a row or a column") {
  struct Case {
    Dims images, labels;
    int channels;
    bool compressed;
  };
  for (const Case& c : std::vector<Case>{{{3, 4, 5, 3}, {3}, 3, false},
                                         {{3, 4, 5, 3}, {3, 1}, 3, true},
                                         {{3, 4, 5, 1}, {3}, 1, false},
                                         {{3, 4, 5}, {3, 1}, 1, true}}) {
    CAPTURE(c.channels);
    CAPTURE(c.compressed);
    const TempFolder folder;
    const auto path = folder.path() / "a.h5";
    H5(path).images(c.images, H5T_STD_U8LE, c.compressed).labels({1, 0, 6}, c.labels);
    const auto dataset = open_image_dataset(path);
    CHECK(dataset->size() == 3);
    CHECK(dataset->classes() == 7);
    CHECK(dataset->label(2) == 6);
    CHECK_FALSE(dataset->holds_files());
    CHECK(dataset->name(2) == path.string() + "[2]");
    const Image image = dataset->load(2);
    CHECK(image.size() == ImageSize{4, 5});
    CHECK(image.channels == c.channels);
    const int bytes = 20 * c.channels;
    REQUIRE(image.pixels.size() == static_cast<std::size_t>(bytes));
    for (int i = 0; i < bytes; ++i) CHECK(image.pixels[static_cast<std::size_t>(i)] == (2 * bytes + i) % 251);
  }
}

TEST_CASE("HDF5: any order of images over several blocks") {
  const TempFolder folder;
  const auto path = folder.path() / "a.h5";
  constexpr int kCount = 12;  // Of 1 MiB each: blocks hold four.
  H5(path).images({kCount, 1024, 1024}).labels(std::vector<int>(kCount, 0), {kCount});
  const auto dataset = open_image_dataset(path);
  for (const int64_t i : {0, 3, 4, 11, 5, 0, 8, 7}) {
    CAPTURE(i);
    const Image image = dataset->load(i);
    CHECK(image.pixels.front() == i * 1024 * 1024 % 251);
    CHECK(image.pixels.back() == ((i + 1) * 1024 * 1024 - 1) % 251);
  }
}

TEST_CASE("HDF5: from memory") {
  const TempFolder folder;
  const auto path = folder.path() / "a.h5";
  H5(path).images({2, 4, 5, 3}).labels({1, 0}, {2});
  const auto bytes = read_file(path);
  const auto dataset = open_array_dataset(std::as_bytes(std::span(bytes)), "built-in");
  CHECK(dataset->name(1) == "built-in[1]");
  CHECK(dataset->load(1).pixels == open_image_dataset(path)->load(1).pixels);
}

TEST_CASE("HDF5: what does not fit is refused by dataset") {
  check_refused([](H5& h5) { h5.labels({1}, {1}); },
                "@: expected the datasets 'images' and 'labels', found no 'images'");
  check_refused(
      [](H5& h5) {
        h5.images({1, 2, 2});
      },
      "@: expected the datasets 'images' and 'labels', found no 'labels'");
  check_refused(
      [](H5& h5) {
        h5.images({1, 3, 2, 2}).labels({1}, {1});
      },
      "@: dataset 'images': expected uint8 [N, H, W, 3], [N, H, W, 1] or [N, H, W], found [1, 3, 2, 2] of "
      "1-byte integers");
  check_refused(
      [](H5& h5) {
        h5.images({1, 2, 2, 3}, H5T_IEEE_F32LE).labels({1}, {1});
      },
      "@: dataset 'images': expected uint8 [N, H, W, 3], [N, H, W, 1] or [N, H, W], found [1, 2, 2, 3] of "
      "4-byte elements that are no integers");
  check_refused(
      [](H5& h5) {
        h5.images({2, 2, 2}).labels({1, 2, 3}, {3});
      },
      "@: dataset 'labels': expected one label for each of the 2 images, found [3]");
  check_refused(
      [](H5& h5) {
        h5.images({2, 2, 2}).labels({1, -1}, {2});
      },
      "@: dataset 'labels': expected labels from 0 to 999999, found -1 at index 1");
}
