/// @file
/// What this process and a reader of HDF5 files say to each other. For the loaders' own use.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace dpac {

enum class Request : uint64_t {
  open,           // Path, name.
  open_image,     // Bytes, name.
  datasets,       // Group -> names.
  groups,         // Group -> names.
  has_group,      // Path -> 0 or 1.
  has_dataset,    // Path -> 0 or 1.
  dataset,        // Path -> its number, ArrayInfo.
  close,          // Number of a dataset; no answer.
  read,           // Number, Numbers, begin, end -> the sizes of pieces in the window, one answer for each.
  taken,          // A piece is not needed any more; no answer.
  has_attribute,  // Object, name -> 0 or 1.
  strings,        // Object, name -> strings.
  numbers,        // Object, name -> numbers.
};

/// What an answer begins with.
enum class Answer : uint64_t {
  result,
  error,      // A sentence follows.
  no_memory,  // Within the limits.
};

/// A message being written: numbers of 8 bytes in this machine's order, and lists with their lengths before
/// them.
class Packer {
 public:
  void put(uint64_t number);
  void put(std::string_view text);
  void put(const std::vector<std::string>& texts);
  void put(const std::vector<double>& numbers);
  void put(const std::vector<int64_t>& numbers);

  [[nodiscard]] const std::string& message() const { return message_; }

 private:
  std::string message_;
};

/// A message being read, which is believed in nothing. @throws Error where it ends too early.
class Unpacker {
 public:
  explicit Unpacker(std::string message) : message_(std::move(message)) {}

  uint64_t number();
  /// One below `end`. @throws Error for any other.
  uint64_t number_below(uint64_t end);
  std::string text();
  std::vector<std::string> texts();
  std::vector<double> reals();
  std::vector<int64_t> integers();

 private:
  std::string_view take(uint64_t size);
  template <class T>
  std::vector<T> list();

  std::string message_;
  std::size_t at_ = 0;
};

}  // namespace dpac
