#include "loaders/images/class_check.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {
namespace {

std::string counted(int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
}

/// Sorted names are the classes only where there is one for every output.
void check_sorted_folders(const DatasetReport& report, int64_t classes, int64_t outputs) {
  if (classes == outputs) return;
  const int64_t offset = classes - report.class_folders;
  const std::string background =
      classes + 1 == outputs
          ? fmt::format(" (or, if output 0 is a background class, --label-offset {})", offset + 1)
          : "";
  if (offset != 0) {
    throw Error(fmt::format(
        "{}: {} shifted by --label-offset {} are the classes {} to {}, but the network has the outputs 0 to "
        "{}; "
        "leave it out, or --class-map FILE says which class each folder is, a line each: folder, class{}",
        report.path, counted(report.class_folders, "class folder"), offset, offset, classes - 1, outputs - 1,
        background));
  }
  throw Error(fmt::format(
      "{}: {}, {}: numbered by their sorted names the folders cannot be the network's classes; --class-map "
      "FILE says which class each folder is, a line each: folder, class{}",
      report.path, counted(report.class_folders, "class folder"), counted(outputs, "output"), background));
}

/// The first sample with the largest label.
int64_t sample_of_largest_label(const ImageDataset& data) {
  int64_t largest = 0;
  for (int64_t i = 1; i < data.size(); ++i) {
    if (data.label(i) > data.label(largest)) largest = i;
  }
  return largest;
}

void check_largest(const ImageDataset& data, int64_t outputs) {
  const int64_t sample = sample_of_largest_label(data);
  if (data.label(sample) < outputs) return;
  throw Error(fmt::format(
      "{}: its label is {}, but the network has the classes 0 ... {} (--class-map and --label-offset change "
      "labels)",
      data.name(sample), data.label(sample), outputs - 1));
}

bool all_but_the_last_occur(const ImageDataset& data, int64_t outputs) {
  if (outputs < 2 || data.size() < outputs - 1) return false;
  std::vector<bool> occurs(static_cast<std::size_t>(outputs - 1));
  for (int64_t i = 0; i < data.size(); ++i) {
    if (data.label(i) >= outputs - 1) return false;
    occurs[static_cast<std::size_t>(data.label(i))] = true;
  }
  return std::all_of(occurs.begin(), occurs.end(), [](bool occurred) { return occurred; });
}

}  // namespace

void check_classes(const ImageDataset& data, int64_t outputs) {
  const DatasetReport report = data.report();
  if (report.labels == LabelSource::sorted) check_sorted_folders(report, data.classes(), outputs);
  check_largest(data, outputs);
}

std::vector<std::string> class_notices(const ImageDataset& data, int64_t outputs) {
  const DatasetReport report = data.report();
  if (report.labels != LabelSource::sorted && all_but_the_last_occur(data, outputs)) {
    return {fmt::format(
        "{}: classes 0 to {} occur, but the network has {}; if its output 0 is a background class, "
        "--label-offset 1 is right",
        report.path, outputs - 2, counted(outputs, "output"))};
  }
  if (report.labels == LabelSource::stored && 2 * int64_t{data.classes()} <= outputs) {
    return {fmt::format("{}: no class above {} occurs, but the network has {}", report.path,
                        data.classes() - 1, counted(outputs, "output"))};
  }
  return {};
}

}  // namespace dpac
