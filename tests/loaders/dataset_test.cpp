#include "loaders/images/dataset.h"

#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "loaders/hdf5_writer.h"
#include "tests/support/images.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;
namespace fs = std::filesystem;

namespace {

const fs::path kJpeg = golden_image("decode/rgb_420.jpg");
const fs::path kPng = golden_image("decode/grey.png");

/// The whole message, in which @ stands for the folder.
void check_refused(const TempFolder& folder, const std::string& path, std::string message,
                   const std::optional<std::string>& labels = {}) {
  for (std::size_t at; (at = message.find('@')) != std::string::npos;)
    message.replace(at, 1, folder.path().string());
  std::optional<fs::path> labels_file;
  if (labels) labels_file = folder.path() / *labels;
  CHECK_THROWS_WITH_AS(open_image_dataset(folder.path() / path, labels_file), message.c_str(), Error);
}

/// Records with the given labels; byte i of the pixels of record r is i + r.
std::vector<uint8_t> cifar_records(const std::vector<uint8_t>& labels) {
  std::vector<uint8_t> bytes;
  for (std::size_t r = 0; r < labels.size(); ++r) {
    bytes.push_back(labels[r]);
    for (std::size_t i = 0; i < 3072; ++i) bytes.push_back(static_cast<uint8_t>(i + r));
  }
  return bytes;
}

std::vector<std::string> file_names(const ImageDataset& dataset) {
  std::vector<std::string> names;
  for (int64_t i = 0; i < dataset.size(); ++i) names.push_back(fs::path(dataset.name(i)).filename().string());
  return names;
}

std::vector<int> labels_of(const ImageDataset& dataset) {
  std::vector<int> labels;
  for (int64_t i = 0; i < dataset.size(); ++i) labels.push_back(dataset.label(i));
  return labels;
}

}  // namespace

TEST_CASE("ImageFolder: classes and files in sorted order, sub-folders after files, others skipped") {
  const TempFolder folder;
  for (const char* name :
       {"dog/b.jpg", "dog/a.JPEG", "cat/2.jpg", "cat/10.jpg", "cat/1sub/0.jpg", "Zebra/x.jpg"}) {
    folder.copy(kJpeg, name);
  }
  folder.write("cat/notes.txt", "no image");
  folder.write("readme.md", "no image");
  const auto dataset = open_image_dataset(folder.path());
  CHECK(file_names(*dataset) ==
        std::vector<std::string>{"x.jpg", "10.jpg", "2.jpg", "0.jpg", "a.JPEG", "b.jpg"});
  CHECK(labels_of(*dataset) == std::vector<int>{0, 1, 1, 1, 2, 2});
  CHECK(dataset->classes() == 3);
  CHECK(dataset->holds_files());
  CHECK(dataset->load(5).width == 37);
}

TEST_CASE("ImageFolder: what is wrong with a tree") {
  const TempFolder folder;
  fs::create_directory(folder.path() / "empty");
  check_refused(folder, "empty", "@/empty: the folder is empty");
  check_refused(folder, "absent", "@/absent: there is no such file or folder");
  folder.write("text/only.txt", "no image");
  check_refused(folder, "text", "@/text: expected one folder of images per class, found none");
  folder.copy(kJpeg, "hole/a/1.jpg");
  folder.write("hole/b/1.gif", "no image");
  check_refused(folder, "hole", "@/hole/b: the class folder holds no .jpg, .jpeg or .png file");
  folder.copy(kJpeg, "mixed/a/1.jpg");
  folder.copy(kJpeg, "mixed/stray.jpg");
  check_refused(folder, "mixed",
                "@/mixed: expected only one folder per class, found the image 'stray.jpg' beside them");
  folder.copy(kJpeg, "flat/1.jpg");
  check_refused(folder, "flat",
                "@/flat: holds images but no class folders; give their classes with --labels FILE");
}

TEST_CASE("ImageFolder: a .jpg that is none is an error when it is read, naming it") {
  const TempFolder folder;
  folder.write("a/1.jpg", "text");
  const auto dataset = open_image_dataset(folder.path());
  const std::string message =
      (folder.path() / "a/1.jpg").string() +
      ": expected a JPEG or PNG image, but the file starts with the bytes 74 65 78 74";
  CHECK_THROWS_WITH_AS(dataset->load(0), message.c_str(), Error);
}

TEST_CASE("flat folder: classes by file name") {
  const TempFolder folder;
  folder.copy(kJpeg, "val/b c.jpg");
  folder.copy(kPng, "val/a.png");
  folder.copy(kPng, "val/d.png");
  folder.write("val/labels.txt", "d.png,2\r\n\nb c.jpg 7\na.png\t0");
  const auto dataset = open_image_dataset(folder.path() / "val", folder.path() / "val/labels.txt");
  CHECK(file_names(*dataset) == std::vector<std::string>{"a.png", "b c.jpg", "d.png"});
  CHECK(labels_of(*dataset) == std::vector<int>{0, 7, 2});
  CHECK(dataset->classes() == 8);
  CHECK(dataset->holds_files());
}

TEST_CASE("flat folder: labels and files must match one to one") {
  const TempFolder folder;
  folder.copy(kPng, "val/a.png");
  folder.copy(kPng, "val/b.png");
  folder.write("short", "a.png 1\n");
  check_refused(folder, "val", "@/short: expected a line for every image of @/val, found none for 'b.png'",
                "short");
  folder.write("long", "a.png 1\nb.png 1\nc.png 1\nd.png 1\n");
  check_refused(folder, "val", "@/long: names 'c.png', which is no image in @/val (2 such lines)", "long");
  folder.write("twice", "a.png 1\nb.png 1\na.png 2\n");
  check_refused(folder, "val", "@/twice: line 3: 'a.png' was given before", "twice");
  for (const std::string line : {"a.png", "a.png x", "a.png -1", "a.png 1000000", "a.png 1.5"}) {
    folder.write("odd", line);
    check_refused(
        folder, "val",
        "@/odd: line 1: expected a file name and a class number from 0 to 999999, found '" + line + "'",
        "odd");
  }
  check_refused(folder, "val", "@/absent: the labels file cannot be opened", "absent");
  check_refused(folder, "val/a.png", "@/val/a.png: a labels file goes with a folder of images only", "short");
  fs::create_directory(folder.path() / "none");
  folder.write("blank", "\n");
  check_refused(folder, "none", "@/none: holds no .jpg, .jpeg or .png file", "blank");
}

TEST_CASE("CIFAR-10: records of a file, planes to pixels") {
  const TempFolder folder;
  const auto file = folder.write("test_batch.bin", cifar_records({3, 9}));
  const auto dataset = open_image_dataset(file);
  CHECK(dataset->size() == 2);
  CHECK(labels_of(*dataset) == std::vector<int>{3, 9});
  CHECK(dataset->classes() == 10);
  CHECK_FALSE(dataset->holds_files());
  CHECK(dataset->name(1) == file.string() + "[1]");
  const Image image = dataset->load(1);
  CHECK(image.size() == ImageSize{32, 32});
  for (std::size_t i = 0; i < 3072; ++i) {
    CHECK(image.pixels[i] == static_cast<uint8_t>(1 + i % 3 * 1024 + i / 3));
  }
}

TEST_CASE("CIFAR-10: a folder is its files one after the other") {
  const TempFolder folder;
  folder.write("data_batch_2.bin", cifar_records({5}));
  folder.write("data_batch_1.bin", cifar_records({1, 2}));
  folder.write("batches.meta.txt", "airplane");
  const auto dataset = open_image_dataset(folder.path());
  CHECK(labels_of(*dataset) == std::vector<int>{1, 2, 5});
  CHECK(dataset->name(2) == (folder.path() / "data_batch_2.bin").string() + "[0]");
  CHECK(dataset->load(2).pixels[0] == 0);
}

TEST_CASE("CIFAR-10: damage") {
  const TempFolder folder;
  folder.write("label.bin", cifar_records({1, 10}));
  check_refused(folder, "label.bin", "@/label.bin: expected labels from 0 to 9, found 10 in record 1");
  auto cut = cifar_records({1, 1});
  cut.pop_back();
  folder.write("cut/test_batch.bin", cut);
  check_refused(folder, "cut",
                "@/cut/test_batch.bin: expected CIFAR-10 records of 3073 bytes, found 6145 bytes in all");
  folder.write("other.dat", "whatever");
  check_refused(
      folder, "other.dat",
      "@/other.dat: expected HDF5, an IDX file or CIFAR-10 records of 3073 bytes, found 8 bytes of none of "
      "these");
  folder.write("nothing.bin", "");
  check_refused(
      folder, "nothing.bin",
      "@/nothing.bin: expected HDF5, an IDX file or CIFAR-10 records of 3073 bytes, found 0 bytes of none of "
      "these");
}

TEST_CASE("evenly spaced indices") {
  CHECK(evenly_spaced(10, 5) == std::vector<int64_t>{0, 2, 4, 6, 8});
  CHECK(evenly_spaced(10, 3) == std::vector<int64_t>{0, 3, 6});
  CHECK(evenly_spaced(3, 3) == std::vector<int64_t>{0, 1, 2});
  CHECK(evenly_spaced(3, 100) == std::vector<int64_t>{0, 1, 2});
  CHECK(evenly_spaced(1'000'000'000, 1).size() == 1);
  CHECK_THROWS_WITH_AS(evenly_spaced(3, 0), "the limit of samples must be at least 1, found 0", Error);
}

TEST_CASE("evenly spaced indices take equal shares of sorted classes") {
  const auto indices = evenly_spaced(10'000, 100);
  std::vector<int> per_class(10);
  for (const int64_t i : indices) ++per_class[static_cast<std::size_t>(i / 1000)];
  CHECK(per_class == std::vector<int>(10, 10));
}
