// Real images: against Pillow's pixels of the same files, stored as CRC-32 or as CIFAR-10 binary.
#include "tests/support/images.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <zlib.h>

#include "loaders/images/open_dataset.h"
#include "loaders/images/prefetch.h"
#include "loaders/pixels/decode_image.h"
#include "loaders/pixels/preprocess.h"
#include "loaders/read_file.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;
namespace fs = std::filesystem;

namespace {

const fs::path kData = DPAC_SHARED_DATA;

/// Of a whole image, or of the bytes of planes of whole numbers as R, G, B pixels.
std::string crc_of(const Image& image) {
  const Image rgb = as_rgb(image);
  return fmt::format("{:08x}", crc32(0, rgb.pixels.data(), static_cast<uInt>(rgb.pixels.size())));
}

Image resized_and_cropped(const Image& image, const Preprocessing& how) {
  const ImageSize size = output_size(image.size(), how);
  const auto plane = static_cast<std::size_t>(size.height * size.width);
  std::vector<float> planes(3 * plane);
  preprocess(image, how, 3, planes);
  Image out{size.height, size.width, 3, std::vector<uint8_t>(3 * plane)};
  for (std::size_t i = 0; i < 3 * plane; ++i)
    out.pixels[i] = static_cast<uint8_t>(planes[i % 3 * plane + i / 3]);
  return out;
}

}  // namespace

TEST_CASE("ImageNet: decoded, resized and cropped pixels are Pillow's") {
  std::ifstream list(golden_image("imagenet.tsv"));
  std::string name, interpolation, crc;
  Preprocessing how;
  int count = 0;
  while (list >> name >> how.resize >> interpolation >> how.crop >> crc) {
    CAPTURE(name);
    how.interpolation = interpolation_of(interpolation);
    const Image image = decode_image(read_file(kData / "imagenet-1000" / name), name);
    CHECK(crc_of(resized_and_cropped(image, how)) == crc);
    ++count;
  }
  CHECK(count == 240);
}

TEST_CASE("CIFAR-10: an ImageFolder of JPEGs holds the pixels, classes and order that Pillow found") {
  const auto jpegs = open_image_dataset(DPAC_CIFAR10_JPEGS);
  const auto decoded = open_image_dataset(kData / "cifar10/cifar10_jpegdecoded_2000.bin");
  REQUIRE(jpegs->size() == 10'000);
  REQUIRE(decoded->size() == 2'000);
  CHECK(jpegs->classes() == 10);
  int64_t different = 0;
  for (int64_t i = 0; i < decoded->size(); ++i) {
    // The first 200 of the 1,000 images of each class were decoded.
    const int64_t jpeg = i / 200 * 1'000 + i % 200;
    different +=
        jpegs->label(jpeg) != decoded->label(i) || differing_bytes(jpegs->load(jpeg), decoded->load(i)) != 0;
  }
  CHECK(different == 0);
}

TEST_CASE("ImageNet originals: batches of any number of threads hold the same bits") {
  const TempFolder folder;
  fs::create_directory_symlink(kData / "imagenet-1000/originals_every10th", folder.path() / "all");
  const auto dataset = open_image_dataset(folder.path());
  REQUIRE(dataset->size() == 100);
  std::vector<uLong> crcs;
  for (const int threads : {1, 2, 5}) {
    BatchReader reader(*dataset, preset("torchvision", true), 3, evenly_spaced(100, 40), 16, threads);
    uLong crc = 0;
    while (const ImageBatch* batch = reader.next()) {
      crc = crc32(crc, reinterpret_cast<const Bytef*>(batch->images.data()),
                  static_cast<uInt>(batch->images.size_bytes()));
    }
    crcs.push_back(crc);
  }
  CHECK(crcs[0] == crcs[1]);
  CHECK(crcs[0] == crcs[2]);
}
