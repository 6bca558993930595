#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "kernels/error.h"
#include "loaders/images/cifar.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Bytes = std::vector<uint8_t>;

/// Records with the given label bytes; byte i of the pixels of record r is i + r.
Bytes records(const std::vector<Bytes>& labels) {
  Bytes bytes;
  for (std::size_t r = 0; r < labels.size(); ++r) {
    bytes.insert(bytes.end(), labels[r].begin(), labels[r].end());
    for (std::size_t i = 0; i < 3072; ++i) bytes.push_back(static_cast<uint8_t>(i + r));
  }
  return bytes;
}

/// CIFAR-10's, of one label each.
Bytes ten(const Bytes& labels) {
  std::vector<Bytes> single;
  for (const uint8_t label : labels) single.push_back({label});
  return records(single);
}

std::vector<int> labels_of(const ImageDataset& dataset) {
  std::vector<int> labels;
  for (int64_t i = 0; i < dataset.size(); ++i) labels.push_back(dataset.label(i));
  return labels;
}

void check_first_pixels(const Image& image, int record) {
  CHECK(image.size() == ImageSize{32, 32});
  REQUIRE(image.pixels.size() == 3072);
  int wrong = 0;
  for (std::size_t i = 0; i < 3072; ++i) {
    wrong += image.pixels[i] != static_cast<uint8_t>(static_cast<std::size_t>(record) + i % 3 * 1024 + i / 3);
  }
  CHECK(wrong == 0);
}

std::string refusal(const std::filesystem::path& path, const DatasetSettings& settings = {}) {
  return message_of([&] { open_image_dataset(path, settings); });
}

}  // namespace

TEST_CASE("CIFAR-10: records of a file, planes to pixels") {
  const TempFolder folder;
  const auto file = folder.write("test_batch.bin", ten({3, 9}));
  const auto dataset = open_image_dataset(file);
  CHECK(labels_of(*dataset) == std::vector<int>{3, 9});
  CHECK(dataset->classes() == 10);
  CHECK_FALSE(dataset->holds_files());
  CHECK(dataset->name(1) == file.string() + "[1]");
  CHECK(dataset->report().path == file.string());
  check_first_pixels(dataset->load(1), 1);
}

TEST_CASE("CIFAR: a folder of one part is its files one after the other") {
  const TempFolder folder;
  folder.write("data_batch_2.bin", ten({5}));
  folder.write("data_batch_1.bin", ten({1, 2}));
  folder.write("._data_batch_1.bin", "of an archive program");
  folder.write("batches.meta.txt", "airplane");
  for (const DataPart part : {DataPart::test, DataPart::training}) {
    const auto dataset = open_image_dataset(folder.path(), {.part = part});
    CHECK(labels_of(*dataset) == std::vector<int>{1, 2, 5});
    CHECK(dataset->name(2) == (folder.path() / "data_batch_2.bin").string() + "[0]");
    CHECK(dataset->report().notices.empty());
    CHECK(dataset->report().left_out.empty());
  }
}

TEST_CASE("CIFAR-10 as its archive unpacks: the part asked for, and a word about the other one") {
  const TempFolder folder;
  folder.write("data_batch_1.bin", ten({1, 2}));
  folder.write("data_batch_2.bin", ten({3}));
  folder.write("test_batch.bin", ten({7, 8}));
  const auto test = open_image_dataset(folder.path());
  CHECK(labels_of(*test) == std::vector<int>{7, 8});
  const std::string where = folder.path().string();
  CHECK(test->report().notices ==
        std::vector<std::string>{where + ": holds training and test samples; those for testing are read, "
                                         "test_batch.bin; give one file to read it alone"});
  CHECK(test->report().left_out ==
        std::vector<LeftOut>{{.what = "files beside the test samples",
                              .count = 2,
                              .examples = {"data_batch_1.bin", "data_batch_2.bin"}}});
  const auto training = open_image_dataset(folder.path(), {.part = DataPart::training});
  CHECK(labels_of(*training) == std::vector<int>{1, 2, 3});
  CHECK(contains(training->report().notices.at(0),
                 "those for training are read, data_batch_1.bin, data_batch_2.bin;"));
  CHECK(to_sentence(training->report().left_out.at(0)) ==
        "1 file beside the training samples was left out (test_batch.bin)");
}

TEST_CASE("CIFAR-100: fine labels, or the coarse ones for a network of 20 outputs") {
  const TempFolder folder;
  folder.write("train.bin", records({{0, 0}}));
  folder.write("test.bin", records({{4, 72}, {19, 99}}));
  const auto fine = open_image_dataset(folder.path(), {.outputs = 100});
  CHECK(labels_of(*fine) == std::vector<int>{72, 99});
  CHECK(fine->classes() == 100);
  check_first_pixels(fine->load(1), 1);
  const auto coarse = open_image_dataset(folder.path() / "test.bin", {.outputs = 20});
  CHECK(labels_of(*coarse) == std::vector<int>{4, 19});
  CHECK(coarse->classes() == 20);
  CHECK(contains(coarse->report().notices.at(0), "the 20 coarse labels of CIFAR-100 are taken"));
  check_first_pixels(coarse->load(1), 1);
}

TEST_CASE("CIFAR: where both sizes fit a file, its labels tell") {
  const TempFolder folder;
  const auto hundred = folder.write("hundred.bin", records(std::vector<Bytes>(3073, {3, 42})));
  CHECK(open_image_dataset(hundred)->size() == 3073);
  const auto ten_file = folder.write("ten.bin", ten(Bytes(3074, 6)));
  CHECK(open_image_dataset(ten_file)->size() == 3074);
}

TEST_CASE("CIFAR: damage") {
  const TempFolder folder;
  CHECK(contains(refusal(folder.write("label.bin", ten({1, 10}))),
                 "label.bin: expected labels from 0 to 9 of CIFAR-10, found 10 in record 1"));
  CHECK(contains(refusal(folder.write("fine.bin", records({{1, 1}, {1, 100}}))),
                 "fine.bin: expected labels from 0 to 99 of CIFAR-100, found 100 in record 1"));
  CHECK(contains(refusal(folder.write("coarse.bin", records({{20, 1}})), {.outputs = 20}),
                 "coarse.bin: expected labels from 0 to 19 of CIFAR-100, found 20 in record 0"));
  auto cut = ten({1, 1});
  cut.pop_back();
  folder.write("cut/test_batch.bin", cut);
  CHECK(
      contains(refusal(folder.path() / "cut"),
               "test_batch.bin: expected CIFAR-10 records of 3073 bytes or CIFAR-100 records of 3074, found "
               "6145 bytes in all"));
  folder.write("mixed/a.bin", ten({1}));
  folder.write("mixed/b.bin", records({{1, 1}}));
  CHECK(contains(refusal(folder.path() / "mixed"), "b.bin: is CIFAR-100, but "));
  for (const std::string bytes : {"whatever", ""}) {
    CHECK(contains(refusal(folder.write("other.dat", bytes)),
                   "other.dat: expected HDF5, an IDX file, CIFAR-10 records of 3073 bytes or CIFAR-100 "
                   "records of 3074, found " +
                       std::to_string(bytes.size()) + " bytes of none of these"));
  }
}
