/// @file
/// Writes an HDF5 file that appears under its name complete or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tensor.h"
#include "loaders/temporary_file.h"

namespace dpac {

/// Writes to a TemporaryFile beside the target. The same calls give the same bytes (no time stamps).
/// Safe to use from several threads, as Hdf5File is.
class Hdf5Writer {
 public:
  /// Links are followed.
  /// @throws Error if the folder is absent or cannot be written to, or the target is a device or pipe.
  explicit Hdf5Writer(const std::filesystem::path& target);

  Hdf5Writer(const Hdf5Writer&) = delete;
  Hdf5Writer& operator=(const Hdf5Writer&) = delete;

  /// Removes the temporary file unless commit() was called.
  ~Hdf5Writer();

  /// A contiguous float32 dataset at "a/b/c"; groups on the way are made. An empty shape makes a scalar.
  /// @throws Error if the path is taken or the disk is full.
  void write_floats(std::string_view path, const Shape& shape, std::span<const float> values);

  /// The same with int64.
  void write_integers(std::string_view path, const Shape& shape, std::span<const int64_t> values);

  /// An attribute of a group or dataset that exists; "" is the root. Strings are UTF-8 of variable length, as
  /// h5py writes and reads them.
  void set_attribute(std::string_view object, const std::string& name, const std::string& value);
  void set_attribute(std::string_view object, const std::string& name,
                     const std::vector<std::string>& values);
  void set_attribute(std::string_view object, const std::string& name, double value);

  /// Closes the file and renames it to the target, replacing what is there. Nothing can be written
  /// afterwards.
  /// @throws Error if the disk is full or the rename fails.
  void commit();

 private:
  void write(std::string_view path, const Shape& shape, int64_t file_type, int64_t memory_type,
             const void* values);
  void write_attribute(std::string_view object, const std::string& name, int64_t type, int64_t space,
                       const void* values);

  std::filesystem::path target_;
  TemporaryFile temporary_;
  int64_t id_ = -1;  // An hid_t; negative once committed.
};

}  // namespace dpac
