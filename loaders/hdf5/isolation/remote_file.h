/// @file
/// HDF5 files read by a process of their own. For the loaders' own use.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "loaders/hdf5/hdf5_source.h"
#include "loaders/hdf5/isolation/reader_process.h"

namespace dpac {

/// Its errors are those of LocalHdf5File, which reads there; and one sentence for every other end.
class RemoteHdf5File final : public Hdf5Source {
 public:
  /// `name` stands for the path in messages.
  static std::unique_ptr<RemoteHdf5File> open(const std::filesystem::path& path, const std::string& name);
  static std::unique_ptr<RemoteHdf5File> from_image(std::span<const std::byte> image,
                                                    const std::string& name);

  [[nodiscard]] std::vector<std::string> datasets(std::string_view group) const override;
  [[nodiscard]] std::vector<std::string> groups(std::string_view group) const override;
  [[nodiscard]] bool has_group(std::string_view path) const override;
  [[nodiscard]] bool has_dataset(std::string_view path) const override;
  [[nodiscard]] std::unique_ptr<Hdf5Array> dataset(std::string_view path) const override;
  [[nodiscard]] bool has_attribute(std::string_view object, const std::string& name) const override;
  [[nodiscard]] std::vector<std::string> strings_attribute(std::string_view object,
                                                           const std::string& name) const override;
  [[nodiscard]] std::vector<double> numbers_attribute(std::string_view object,
                                                      const std::string& name) const override;

 private:
  explicit RemoteHdf5File(const std::string& name) : process_(std::make_shared<ReaderProcess>(name)) {}

  /// The request's kind, then texts.
  template <class... Texts>
  Unpacker ask(Request kind, const Texts&... texts) const;

  std::shared_ptr<ReaderProcess> process_;
};

}  // namespace dpac
