#include <string>
#include <vector>

#include <doctest/doctest.h>
#include <zlib.h>

#include "kernels/error.h"
#include "loaders/images/open_dataset.h"
#include "tests/support/images.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Bytes = std::vector<uint8_t>;

/// Header and elements.
Bytes idx(const std::vector<uint32_t>& shape, const Bytes& elements) {
  Bytes bytes = {0, 0, 8, static_cast<uint8_t>(shape.size())};
  for (const uint32_t dim : shape) {
    for (int shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<uint8_t>(dim >> shift));
  }
  bytes.insert(bytes.end(), elements.begin(), elements.end());
  return bytes;
}

Bytes gzipped(const Bytes& bytes) {
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 9, Z_DEFLATED, 16 + MAX_WBITS, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  Bytes out(bytes.size() + 1000);
  stream.next_in = const_cast<Bytef*>(bytes.data());
  stream.avail_in = static_cast<uInt>(bytes.size());
  stream.next_out = out.data();
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

const Bytes kImages = idx({2, 3, 2}, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11});
const Bytes kLabels = idx({2}, {4, 7});

void check_two_images(const ImageDataset& dataset) {
  CHECK(dataset.size() == 2);
  CHECK(dataset.label(0) == 4);
  CHECK(dataset.label(1) == 7);
  CHECK(dataset.classes() == 8);
  CHECK_FALSE(dataset.holds_files());
  const Image image = dataset.load(1);
  CHECK(image.size() == ImageSize{3, 2});
  CHECK(image.channels == 1);
  CHECK(image.pixels == Bytes{6, 7, 8, 9, 10, 11});
}

void check_refused(const std::filesystem::path& path, const std::string& message) {
  CHECK_THROWS_WITH_AS(open_image_dataset(path), doctest::Contains(message.c_str()), Error);
}

}  // namespace

TEST_CASE("IDX: opened by the images, by the labels or by the folder") {
  const TempFolder folder;
  const auto images = folder.write("t10k-images-idx3-ubyte", kImages);
  const auto labels = folder.write("t10k-labels-idx1-ubyte", kLabels);
  check_two_images(*open_image_dataset(images));
  check_two_images(*open_image_dataset(labels));
  check_two_images(*open_image_dataset(folder.path()));
  CHECK(open_image_dataset(labels)->name(1) == images.string() + "[1]");
}

TEST_CASE("IDX: compressed, also one half only, also with a dot in the name") {
  const TempFolder folder;
  const auto images = folder.write("a/train-images-idx3-ubyte.gz", gzipped(kImages));
  const auto labels = folder.write("a/train-labels-idx1-ubyte.gz", gzipped(kLabels));
  check_two_images(*open_image_dataset(images));
  check_two_images(*open_image_dataset(labels));
  folder.write("a/train-images-idx3-ubyte", kImages);
  check_two_images(*open_image_dataset(folder.path() / "a"));
  const auto dotted = folder.write("b/train-images.idx3-ubyte", kImages);
  folder.write("b/train-labels.idx1-ubyte.gz", gzipped(kLabels));
  check_two_images(*open_image_dataset(dotted));
}

TEST_CASE("IDX: large files inflate in several steps") {
  const TempFolder folder;
  const Bytes pixels(std::size_t{300} * 28 * 28, 9);
  folder.write("x-images-idx3-ubyte.gz", gzipped(idx({300, 28, 28}, pixels)));
  folder.write("x-labels-idx1-ubyte", idx({300}, Bytes(300, 1)));
  CHECK(open_image_dataset(folder.path())->load(299).pixels == Bytes(784, 9));
}

TEST_CASE("IDX: two data sets in a folder are not mixed up") {
  const TempFolder folder;
  for (const char* name : {"train-images-idx3-ubyte", "t10k-images-idx3-ubyte"}) folder.write(name, kImages);
  check_refused(folder.path(),
                ": holds several IDX data sets; give one of the files instead: t10k-images-idx3-ubyte, "
                "train-images-idx3-ubyte");
}

TEST_CASE("IDX: an incomplete pair") {
  const TempFolder folder;
  const auto images = folder.write("t10k-images-idx3-ubyte", kImages);
  check_refused(images,
                images.string() +
                    ": expected its other half 't10k-labels-idx1-ubyte' (or with .gz) beside it, found none");
  check_refused(folder.write("mnist", kImages),
                ": expected an IDX file called '...images-idx3...', to find the other "
                "half of the pair by");
  const auto labels = folder.write("t10k-labels-idx1-ubyte", idx({3}, {1, 2, 3}));
  check_refused(images, images.string() + ": holds 2 images, but " + labels.string() + " holds 3 labels");
}

TEST_CASE("IDX: sizes that the bytes do not bear out are refused before memory is asked for") {
  const TempFolder folder;
  folder.write("a-labels-idx1-ubyte", kLabels);
  const auto images = folder.write("a-images-idx3-ubyte", idx({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, {1}));
  check_refused(
      images,
      images.string() +
          ": the header declares uint8 [4294967295, 4294967295, 4294967295], found 1 bytes behind it");
  folder.write("a-images-idx3-ubyte", idx({2, 0, 3}, {}));
  check_refused(images, images.string() + ": holds no pixels");
  folder.write("a-images-idx3-ubyte", Bytes{0, 0, 8, 3, 0, 0});
  check_refused(images, images.string() + ": expected an IDX file of uint8 images (3 dimensions)");
}

TEST_CASE("IDX: what is packed must unpack to what its header declares, within proportion") {
  const TempFolder folder;
  folder.write("a-labels-idx1-ubyte", kLabels);
  const auto images = folder.write("a-images-idx3-ubyte.gz", gzipped(idx({4'000'000, 28, 28}, {1})));
  check_refused(images, images.string() + ": declares 3136000016 bytes, more than the 536871");
  folder.write("a-images-idx3-ubyte.gz", gzipped(idx({2, 3, 2}, Bytes(11))));
  check_refused(images, images.string() + ": the header declares 28 bytes, found 27");
  folder.write("a-images-idx3-ubyte.gz", gzipped(idx({2, 3, 2}, Bytes(13))));
  check_refused(images, images.string() + ": inflates to more than the 28 bytes it declares");
  folder.write("a-images-idx3-ubyte.gz", gzipped(idx({0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF}, {1})));
  check_refused(images, images.string() + ": declares 9223372036854775807 bytes");
}

TEST_CASE("IDX: damaged compression") {
  const TempFolder folder;
  folder.write("a-labels-idx1-ubyte", kLabels);
  Bytes bytes = gzipped(kImages);
  bytes.resize(bytes.size() - 9);
  const auto images = folder.write("a-images-idx3-ubyte.gz", bytes);
  check_refused(images, images.string() + ": the gzip data is truncated");
  bytes = gzipped(kImages);
  bytes[bytes.size() - 6] ^= 0xFF;
  folder.write("a-images-idx3-ubyte.gz", bytes);
  check_refused(images, images.string() + ": damaged gzip data: incorrect data check");
}
