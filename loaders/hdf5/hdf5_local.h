/// @file
/// HDF5 files read by the library in this process. For .cpp files only: it brings in hdf5.h.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <hdf5.h>

#include "loaders/hdf5/hdf5_handle.h"
#include "loaders/hdf5/hdf5_source.h"

namespace dpac {

class LocalHdf5Array final : public Hdf5Array {
 public:
  /// `where` begins messages: "file.h5: dataset 'x'". @throws Error unless what is stored fits the shape.
  LocalHdf5Array(DatasetHandle dataset, std::string where);
  ~LocalHdf5Array() override;

  void read(Numbers numbers, int64_t begin, int64_t end, std::byte* to) const override;

 private:
  void read_as(hid_t memory_type, int64_t begin, int64_t end, std::byte* to) const;
  void read_16_bit_floats(int64_t begin, int64_t end, std::byte* to) const;
  void check_integers(int64_t count, const std::byte* values) const;

  DatasetHandle dataset_;
  std::string where_;
};

class LocalHdf5File final : public Hdf5Source {
 public:
  /// `name` stands for the path in messages. @throws Error if it is absent, no HDF5 file, or truncated.
  LocalHdf5File(const std::filesystem::path& path, std::string name);

  /// A file held in memory, which is copied.
  LocalHdf5File(std::span<const std::byte> image, std::string name);

  ~LocalHdf5File() override;

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
  void check_links(std::string_view path) const;
  /// Whether it is a group, or damaged.
  [[nodiscard]] bool has_links(const std::string& path) const;
  [[noreturn]] void fail_to_find(const std::string& what) const;

  template <class Read>
  auto read_attribute(std::string_view object, const std::string& name, const Read& read) const;

  std::string name_;
  FileHandle file_;
};

}  // namespace dpac
