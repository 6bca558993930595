#include "loaders/images/class_check.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "loaders/images/open_dataset.h"
#include "loaders/images/shifted_labels.h"
#include "tests/support/images.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

/// Labels and a report, without images.
class Labels final : public ImageDataset {
 public:
  Labels(std::vector<int> labels, int classes, LabelSource source, int64_t folders)
      : labels_(std::move(labels)), classes_(classes), source_(source), folders_(folders) {}

  [[nodiscard]] int64_t size() const override { return static_cast<int64_t>(labels_.size()); }
  [[nodiscard]] int label(int64_t index) const override {
    return labels_.at(static_cast<std::size_t>(index));
  }
  [[nodiscard]] int classes() const override { return classes_; }
  [[nodiscard]] Image load(int64_t) const override { return {}; }
  [[nodiscard]] std::string name(int64_t index) const override { return "image " + std::to_string(index); }
  [[nodiscard]] bool holds_files() const override { return true; }
  [[nodiscard]] DatasetReport report() const override {
    return {.path = "data", .labels = source_, .class_folders = folders_};
  }

 private:
  std::vector<int> labels_;
  int classes_;
  LabelSource source_;
  int64_t folders_;
};

/// Class folders by sorted names, one image each.
std::unique_ptr<ImageDataset> sorted_folders(int count) {
  std::vector<int> labels;
  for (int i = 0; i < count; ++i) labels.push_back(i);
  return std::make_unique<Labels>(labels, count, LabelSource::sorted, count);
}

Labels stored(std::vector<int> labels) {
  const int classes = 1 + *std::max_element(labels.begin(), labels.end());
  return {std::move(labels), classes, LabelSource::stored, 0};
}

std::string refusal(const ImageDataset& data, int64_t outputs) {
  return message_of([&] { check_classes(data, outputs); });
}

}  // namespace

TEST_CASE("sorted class folders must be as many as the outputs") {
  check_classes(*sorted_folders(10), 10);
  CHECK(refusal(*sorted_folders(2), 1000) ==
        "data: 2 class folders, 1000 outputs: numbered by their sorted names the folders cannot be the "
        "network's classes; --class-map FILE says which class each folder is, a line each: folder, class");
  CHECK(refusal(*sorted_folders(1), 10).starts_with("data: 1 class folder, 10 outputs: "));
  CHECK(refusal(*sorted_folders(12), 10).starts_with("data: 12 class folders, 10 outputs: "));
}

TEST_CASE(
    "one class folder fewer than outputs: a background class is suggested, and shifted labels are right") {
  const std::string message = refusal(*sorted_folders(9), 10);
  CHECK(contains(message, "data: 9 class folders, 10 outputs: "));
  CHECK(contains(message, "if output 0 is a background class, --label-offset 1)"));
  CHECK_FALSE(contains(refusal(*sorted_folders(8), 10), "background"));
  check_classes(*shift_labels(sorted_folders(9), 1), 10);
  CHECK(refusal(*shift_labels(sorted_folders(9), 2), 10)
            .starts_with("data: 9 class folders shifted by --label-offset 2 are the classes 2 to 10, but the "
                         "network has the outputs 0 to 9; leave it out, or "));
}

TEST_CASE("numbers and maps may leave classes out, and none may be beyond the outputs") {
  for (const LabelSource source : {LabelSource::numbers, LabelSource::map}) {
    const Labels data({3, 999, 7}, 1000, source, 3);
    check_classes(data, 1000);
    CHECK(class_notices(data, 1000).empty());
    CHECK(refusal(data, 999) ==
          "image 1: its label is 999, but the network has the classes 0 ... 998 (--class-map and "
          "--label-offset change labels)");
  }
}

TEST_CASE("stored labels: every class but the last hints at a background class") {
  const auto notices = class_notices(stored({0, 2, 1, 0}), 4);
  REQUIRE(notices.size() == 1);
  CHECK(notices[0] ==
        "data: classes 0 to 2 occur, but the network has 4 outputs; if its output 0 is a background class, "
        "--label-offset 1 is right");
  CHECK(class_notices(stored({0, 2, 1, 3}), 4).empty());
  CHECK(class_notices(stored({2, 1}), 4).empty());
  CHECK(class_notices(*sorted_folders(9), 10).empty());
}

TEST_CASE("stored labels of few of many outputs are pointed out") {
  CHECK(class_notices(stored({9, 0}), 1000).at(0) ==
        "data: no class above 9 occurs, but the network has 1000 outputs");
  CHECK(class_notices(stored({501}), 1000).empty());
  CHECK(class_notices(stored({5000}), 1000).empty());
}

TEST_CASE("a label offset shifts every label, and none below 0") {
  const auto shifted = shift_labels(sorted_folders(3), 1);
  CHECK(shifted->label(2) == 3);
  CHECK(shifted->classes() == 4);
  CHECK(shifted->name(2) == "image 2");
  CHECK(shifted->report().class_folders == 3);
  CHECK(contains(message_of([] { shift_labels(sorted_folders(3), -1); }),
                 "image 0: its class 0 shifted by --label-offset -1 is -1, expected 0 to 999999"));
  CHECK(contains(message_of([] { shift_labels(sorted_folders(3), 2'000'000'000); }), "expected 0 to 999999"));
}

TEST_CASE("the settings reach a data set on disk") {
  const TempFolder folder;
  for (const char* name : {"n01/a.jpg", "n02/a.jpg"}) folder.copy(golden_image("decode/rgb_420.jpg"), name);
  CHECK(contains(refusal(*open_image_dataset(folder.path()), 1000), "2 class folders, 1000 outputs"));
  const auto map = folder.write("map.tsv", "n02\t4\nn01\t998\n");
  const auto dataset =
      open_image_dataset(folder.path(), {.class_map = map, .label_offset = 1, .outputs = 1000});
  CHECK(dataset->label(0) == 999);
  CHECK(dataset->label(1) == 5);
  CHECK(dataset->report().labels == LabelSource::map);
  CHECK(dataset->report().class_folders == 2);
  check_classes(*dataset, 1000);
}
