#include "loaders/images/cifar.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/images/cifar_file.h"

namespace dpac {
namespace {

namespace fs = std::filesystem;

class CifarDataset final : public ImageDataset {
 public:
  CifarDataset(std::vector<CifarFile> files, DatasetReport report)
      : files_(std::move(files)), report_(std::move(report)) {
    for (const CifarFile& file : files_) ends_.push_back(size() + file.size());
  }

  [[nodiscard]] int64_t size() const override { return ends_.empty() ? 0 : ends_.back(); }
  [[nodiscard]] int classes() const override { return files_.front().form().classes; }
  [[nodiscard]] bool holds_files() const override { return false; }
  [[nodiscard]] DatasetReport report() const override { return report_; }
  [[nodiscard]] int label(int64_t index) const override {
    const auto [file, i] = find(index);
    return file.label(i);
  }
  [[nodiscard]] Image load(int64_t index) const override {
    const auto [file, i] = find(index);
    return file.image(i);
  }
  [[nodiscard]] std::string name(int64_t index) const override {
    const auto [file, i] = find(index);
    return fmt::format("{}[{}]", file.name(), i);
  }

 private:
  struct Place {
    const CifarFile& file;
    int64_t index;
  };

  [[nodiscard]] Place find(int64_t index) const {
    const auto n =
        static_cast<std::size_t>(std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin());
    return {files_.at(n), index - (n == 0 ? 0 : ends_[n - 1])};
  }

  std::vector<CifarFile> files_;
  std::vector<int64_t> ends_;  ///< ends_[n]: samples in files 0 .. n.
  DatasetReport report_;
};

bool is_training_file(const fs::path& file) {
  const std::string name = file.filename().string();
  return name.find("train") != std::string::npos || name.find("data_batch") != std::string::npos;
}

bool is_test_file(const fs::path& file) {
  return file.filename().string().find("test") != std::string::npos && !is_training_file(file);
}

std::string names_of(const std::vector<fs::path>& files) {
  std::vector<std::string> names;
  for (const auto& file : files) names.push_back(file.filename().string());
  return fmt::format("{}", fmt::join(names, ", "));
}

/// The files of `part`, if both parts are there; the others are left out.
std::vector<fs::path> files_of_part(const std::vector<fs::path>& files, DataPart part,
                                    DatasetReport& report) {
  const bool both = std::any_of(files.begin(), files.end(), is_training_file) &&
                    std::any_of(files.begin(), files.end(), is_test_file);
  if (!both) return files;
  const bool test = part == DataPart::test;
  std::vector<fs::path> chosen;
  LeftOut others{.what = test ? "files beside the test samples" : "files beside the training samples"};
  for (const auto& file : files) {
    const bool wanted = test ? is_test_file(file) : is_training_file(file);
    wanted ? chosen.push_back(file) : others.add(file.filename().string());
  }
  report.left_out.push_back(std::move(others));
  report.notices.push_back(fmt::format(
      "{}: holds training and test samples; those for {} are read, {}; give one file to read it alone",
      report.path, test ? "testing" : "training", names_of(chosen)));
  return chosen;
}

std::unique_ptr<ImageDataset> open_files(const std::vector<fs::path>& paths, std::optional<int> outputs,
                                         DatasetReport report) {
  std::vector<CifarFile> files;
  for (const auto& path : paths) files.emplace_back(path, outputs);
  const CifarForm& form = files.front().form();
  for (const CifarFile& file : files) {
    if (file.form() == form) continue;
    throw Error(fmt::format("{}: is {}, but {} beside it is {}; give one of the files instead", file.name(),
                            file.form().name, files.front().name(), form.name));
  }
  if (form == kCifar100Coarse) {
    report.notices.push_back(fmt::format(
        "{}: the 20 coarse labels of CIFAR-100 are taken, for the network has 20 outputs", report.path));
  }
  return std::make_unique<CifarDataset>(std::move(files), std::move(report));
}

}  // namespace

std::vector<fs::path> cifar_files(const std::vector<FolderEntry>& entries) {
  std::vector<fs::path> files;
  for (const auto& entry : entries) {
    const bool binary = entry.path.extension() == ".bin" && !entry.is_folder();
    if (binary && !is_litter(entry.name())) files.push_back(entry.path);
  }
  return files;
}

std::unique_ptr<ImageDataset> open_cifar(const fs::path& file, std::optional<int> outputs) {
  return open_files({file}, outputs, {.path = file.string()});
}

std::unique_ptr<ImageDataset> open_cifar_folder(const fs::path& folder, const std::vector<fs::path>& files,
                                                const DatasetSettings& settings) {
  DatasetReport report{.path = folder.string()};
  const std::vector<fs::path> chosen = files_of_part(files, settings.part, report);
  return open_files(chosen, settings.outputs, std::move(report));
}

}  // namespace dpac
