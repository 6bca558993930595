#include <filesystem>
#include <numeric>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "loaders/hdf5/hdf5_writer.h"
#include "loaders/images/open_dataset.h"
#include "tests/support/images.h"
#include "tests/support/messages.h"
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
  DatasetSettings settings;
  if (labels) settings.labels = folder.path() / *labels;
  CHECK_THROWS_WITH_AS(open_image_dataset(folder.path() / path, settings), message.c_str(), Error);
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
  check_refused(
      folder, "hole",
      "@/hole/b: the class folder holds no JPEG, PNG, WebP or TIFF file; 1 file of formats not read was "
      "left out (.gif 1)");
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
      ": expected a JPEG, PNG, WebP or TIFF image, but the file starts with the bytes 74 65 78 74";
  CHECK_THROWS_WITH_AS(dataset->load(0), message.c_str(), Error);
}

TEST_CASE("flat folder: classes by file name") {
  const TempFolder folder;
  folder.copy(kJpeg, "val/b c.jpg");
  folder.copy(kPng, "val/a.png");
  folder.copy(kPng, "val/d.png");
  folder.write("val/labels.txt", "d.png,2\r\n\nb c.jpg 7\na.png\t0");
  const auto dataset =
      open_image_dataset(folder.path() / "val", {.labels = folder.path() / "val/labels.txt"});
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
  for (const std::string label : {"x", "-1", "1000000", "1.5"}) {
    folder.write("odd", "a.png " + label);
    check_refused(folder, "val",
                  "@/odd: line 1: expected a class number from 0 to 999999 for 'a.png', found '" + label +
                      "'; names of classes need --class-map FILE",
                  "odd");
  }
  check_refused(folder, "val", "@/absent: there is no such file", "absent");
  check_refused(folder, "val/a.png", "@/val/a.png: a labels file goes with a folder of images only", "short");
  fs::create_directory(folder.path() / "none");
  folder.write("one", "x.png 0");
  check_refused(folder, "none", "@/one: names 'x.png', which is no image in @/none (1 such lines)", "one");
}

TEST_CASE("flat folder: a labels file as spreadsheets write it, beside its images") {
  const TempFolder folder;
  for (const char* name : {"a.png", "b, c.png", "d.png"}) folder.copy(kPng, name);
  folder.copy(kPng, "._a.png");
  folder.write("other.bmp", "BM");
  folder.write("notes.txt", "text");
  const auto labels = folder.write("labels.csv",
                                   "\xEF\xBB\xBF"
                                   "image,label\r\na.png, 3\r\n\"b, c.png\",1\r\n\"d.png\",\"002\"\r\n");
  const auto dataset = open_image_dataset(folder.path(), {.labels = labels});
  CHECK(labels_of(*dataset) == std::vector<int>{3, 1, 2});
  const DatasetReport report = dataset->report();
  CHECK(report.labels == LabelSource::stored);
  REQUIRE(report.left_out.size() == 2);
  CHECK(to_sentence(report.left_out[0]) == "2 files of formats not read were left out (.bmp 1, .txt 1)");
  CHECK(report.left_out[1].examples == std::vector<std::string>{"._a.png"});
}

TEST_CASE("flat folder: names of classes, which a class map numbers") {
  const TempFolder folder;
  for (const char* name : {"val/a.png", "val/b.png"}) folder.copy(kPng, name);
  const auto labels = folder.write("labels", "a.png n02\nb.png n01\n");
  const auto map = folder.write("map", "n01 17\nn02 4\nn03 5\n");
  const auto dataset = open_image_dataset(folder.path() / "val", {.labels = labels, .class_map = map});
  CHECK(labels_of(*dataset) == std::vector<int>{4, 17});
  CHECK(dataset->classes() == 18);
  CHECK(dataset->report().labels == LabelSource::map);
  folder.write("labels", "a.png n02\nb.png n09\n");
  const auto refusal =
      message_of([&] { open_image_dataset(folder.path() / "val", {.labels = labels, .class_map = map}); });
  CHECK(contains(refusal, "labels: line 2: the class map "));
  CHECK(contains(refusal, "map has no row for 'n09'"));
}

TEST_CASE("a class map or labels file that acts on nothing is an error") {
  const TempFolder folder;
  const auto map = folder.write("map", "a 0\n");
  const auto file = folder.write("cifar/x.bin", std::string(3073, '\0'));
  for (const fs::path& path : {file, file.parent_path()}) {
    CHECK(contains(message_of([&] { open_image_dataset(path, {.class_map = map}); }),
                   ": a class map goes with class folders or with names of classes in a labels file"));
  }
  CHECK(contains(message_of([&] { open_image_dataset(file, {.labels = map}); }),
                 "x.bin: a labels file goes with a folder of images only"));
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
