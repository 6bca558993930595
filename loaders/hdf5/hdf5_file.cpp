#include "loaders/hdf5/hdf5_file.h"

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/hdf5/hdf5_local.h"
#include "loaders/hdf5/hdf5_reader.h"
#include "loaders/hdf5/hdf5_source.h"
#include "loaders/hdf5/isolation/remote_file.h"

namespace dpac {

Hdf5File::Hdf5File(std::string name, std::unique_ptr<Hdf5Source> source)
    : name_(std::move(name)), source_(std::move(source)) {}

Hdf5File::Hdf5File(Hdf5File&& other) noexcept = default;
Hdf5File& Hdf5File::operator=(Hdf5File&& other) noexcept = default;
Hdf5File::~Hdf5File() = default;

Hdf5File Hdf5File::open(const std::filesystem::path& path) {
  const std::string name = path.string();
  if (hdf5_reader() == Hdf5Reader::isolated) return {name, RemoteHdf5File::open(path, name)};
  return {name, std::make_unique<LocalHdf5File>(path, name)};
}

Hdf5File Hdf5File::from_image(std::span<const std::byte> image, const std::string& name) {
  if (hdf5_reader() == Hdf5Reader::isolated) return {name, RemoteHdf5File::from_image(image, name)};
  return {name, std::make_unique<LocalHdf5File>(image, name)};
}

std::vector<std::string> Hdf5File::datasets(std::string_view group) const {
  return source_->datasets(group);
}

std::vector<std::string> Hdf5File::groups(std::string_view group) const {
  return source_->groups(group);
}

bool Hdf5File::has_group(std::string_view path) const {
  return source_->has_group(path);
}

bool Hdf5File::has_dataset(std::string_view path) const {
  return source_->has_dataset(path);
}

Hdf5Dataset Hdf5File::dataset(std::string_view path) const {
  return {name_, std::string(path), source_->dataset(path)};
}

bool Hdf5File::has_attribute(std::string_view object, const std::string& name) const {
  return source_->has_attribute(object, name);
}

std::string Hdf5File::string_attribute(std::string_view object, const std::string& name) const {
  std::vector<std::string> strings = strings_attribute(object, name);
  if (strings.size() != 1) {
    throw Error(fmt::format("{}: attribute '{}' of '/{}' holds {} strings, expected one", name_, name, object,
                            strings.size()));
  }
  return std::move(strings.front());
}

std::vector<std::string> Hdf5File::strings_attribute(std::string_view object, const std::string& name) const {
  return source_->strings_attribute(object, name);
}

std::vector<double> Hdf5File::numbers_attribute(std::string_view object, const std::string& name) const {
  return source_->numbers_attribute(object, name);
}

}  // namespace dpac
