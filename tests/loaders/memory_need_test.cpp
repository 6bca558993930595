#include <filesystem>
#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <hdf5.h>

#include "kernels/error.h"
#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_file.h"
#include "loaders/parse_json.h"
#include "loaders/stored_bytes.h"
#include "loaders/text/text_dataset.h"
#include "tests/support/messages.h"
#include "tests/support/raw_hdf5.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

constexpr hsize_t kSide = 4096;  // 64 MiB of zeros in 64 kB.

std::string refusal(const std::filesystem::path& path) {
  return message_of([&] { open_checkpoint(path); });
}

void put_zeros(hid_t file, const char* name) {
  const hid_t properties = chunked({kSide / 4, kSide, 1, 1}, /*gzip=*/true);
  put_dataset(file, name, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, {kSide, kSide, 1, 1},
              std::vector<float>(kSide * kSide).data(), properties);
  H5Pclose(properties);
}

void put_link(hid_t file, const char* from, const std::string& to) {
  const hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  REQUIRE(H5Lcreate_hard(file, from, file, to.c_str(), links, H5P_DEFAULT) >= 0);
  H5Pclose(links);
}

}  // namespace

TEST_CASE("weights are refused, by their shapes, that together need more memory than a file can mean") {
  const TempFolder folder;
  const auto path = folder.path() / "bomb.h5";
  make_hdf5(path, [](hid_t file) {
    put_zeros(file, "layer1/0/conv1/weight");
    for (int i = 2; i < 12; ++i)
      put_link(file, "layer1/0/conv1/weight", fmt::format("layer1/0/conv{}/weight", i));
  });
  const std::string message = refusal(path);
  CHECK(contains(message, path.string() + ": the weights need far more memory than a file of "));
  CHECK(contains(message, "of shape [4096, 4096, 1, 1]; it is damaged or hostile: download or save it anew"));
}

TEST_CASE("so are those of Keras") {
  const TempFolder folder;
  const auto path = folder.path() / "keras.h5";
  make_hdf5(path, [](hid_t file) {
    put_zeros(file, "conv_0/kernel:0");
    std::vector<std::string> layers = {"conv_0"};
    for (int i = 1; i < 12; ++i) {
      layers.push_back(fmt::format("conv_{}", i));
      put_link(file, "conv_0/kernel:0", layers.back() + "/kernel:0");
    }
    for (const std::string& layer : layers) put_fixed_list(file, layer.c_str(), "weight_names", {"kernel:0"});
    put_fixed_list(file, ".", "layer_names", layers);
  });
  CHECK(contains(refusal(path), "the weights need far more memory than a file of "));
}

TEST_CASE("what was never written of a sparse file does not count") {
  const TempFolder folder;
  const std::string header =
      R"({"layer1.0.conv1.weight":{"dtype":"F32","shape":[1000000,1000,1,1],"data_offsets":[0,4000000000]}})";
  std::string length(8, '\0');
  length[0] = static_cast<char>(header.size());
  const auto path = folder.write("sparse.safetensors", length + header);
  std::filesystem::resize_file(path, 8 + header.size() + 4'000'000'000);
  if (stored_bytes(path) > 1 << 20) {
    MESSAGE("skipped: this file system has no sparse files");
    return;
  }
  CHECK(contains(refusal(path), "need far more memory than a file of "));
}

TEST_CASE("bytes that were written are stored") {
  const TempFolder folder;
  CHECK(stored_bytes(folder.write("a", std::string(100'000, '\0'))) == 100'000);
  CHECK(stored_bytes(folder.write("b", "")) == 0);
  CHECK(stored_bytes(folder.path() / "absent") == 0);
}

TEST_CASE("a network of a gigabyte is in proportion, and so is half precision") {
  constexpr int64_t kGigabyte = int64_t{1} << 30;
  CHECK(most_unpacked_bytes(kGigabyte) > 2 * kGigabyte);
  CHECK(most_unpacked_bytes(0) == kGigabyte / 2);
  CHECK(most_unpacked_bytes(INT64_MAX) == INT64_MAX);
}

TEST_CASE("integers that unpack out of all proportion are refused before memory is asked for") {
  const TempFolder folder;
  const auto path = folder.path() / "labels.h5";
  constexpr hsize_t kMany = 80'000'000;  // Bytes in the file, 640 MB as integers.
  make_hdf5(path, [](hid_t file) {
    const hid_t properties = chunked({kMany / 8}, /*gzip=*/true);
    put_dataset(file, "labels", H5T_STD_U8LE, H5T_NATIVE_UINT8, {kMany}, std::vector<uint8_t>(kMany).data(),
                properties);
    H5Pclose(properties);
  });
  const std::string message = message_of([&] { (void)Hdf5File::open(path).read_integers("labels"); });
  CHECK(contains(message, "dataset 'labels' of shape [80000000] needs 640000000 bytes, more than the "));
  CHECK(contains(message, "write it uncompressed"));
}

TEST_CASE("lines too short for what their samples take are refused") {
  const TempFolder folder;
  std::string text;
  for (int line = 0; line < 3'000'000; ++line) text += "a\n";
  const std::string message = message_of([&] { open_text_dataset(folder.write("a.txt", text), {}, {}); });
  CHECK(contains(message,
                 "a.txt: has 2999999 lines in 5999999 bytes, which take far more memory than the file; "));
}

TEST_CASE("JSON of more than 32 MiB is refused") {
  CHECK(message_of([] { parse_json(std::string((32 << 20) + 1, ' '), "a.json"); }) ==
        "a.json has 33554433 bytes, more than the 33554432 that are read of JSON");
}
