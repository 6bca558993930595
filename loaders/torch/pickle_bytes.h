/// @file
/// The bytes of a pickle, read in order out of a stream.
#pragma once

#include <cstdint>
#include <istream>
#include <string>

namespace dpac {

/// Reads never go beyond the given size, and memory is asked for only where the bytes are there.
class PickleBytes {
 public:
  /// `stream` stands at the first byte; `where` begins messages. Both outlive this.
  PickleBytes(std::istream& stream, uint64_t size, const std::string& where)
      : stream_(stream), size_(size), where_(where) {}

  uint8_t byte();

  /// An unsigned little-endian number of 1 to 8 bytes.
  uint64_t number(int bytes);

  /// @throws Error for a text of more than kLongestText.
  std::string text(uint64_t length);

  /// Up to a line feed, which is dropped.
  std::string line();

  void skip(uint64_t length);

  /// Bytes read so far.
  [[nodiscard]] uint64_t position() const { return position_; }

  [[nodiscard]] const std::string& where() const { return where_; }

  static constexpr uint64_t kLongestText = 1 << 16;

 private:
  /// @throws Error if fewer bytes are left.
  void need(uint64_t length) const;
  [[noreturn]] void fail_read() const;

  std::istream& stream_;
  uint64_t size_, position_ = 0;
  const std::string& where_;
};

}  // namespace dpac
