#include "loaders/torch/pickle_bytes.h"

#include <fmt/format.h>

#include "kernels/error.h"

namespace dpac {

void PickleBytes::need(uint64_t length) const {
  if (length <= size_ - position_) return;
  throw Error(fmt::format("{} ends at byte {}, where {} more are expected; it is truncated or damaged",
                          where_, size_, length - (size_ - position_)));
}

void PickleBytes::fail_read() const {
  throw Error(fmt::format("{} cannot be read at byte {}", where_, position_));
}

uint8_t PickleBytes::byte() {
  need(1);
  const int value = stream_.get();
  if (value == std::istream::traits_type::eof()) fail_read();
  ++position_;
  return static_cast<uint8_t>(value);
}

uint64_t PickleBytes::number(int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) value |= uint64_t{byte()} << (8 * i);
  return value;
}

std::string PickleBytes::text(uint64_t length) {
  need(length);
  if (length > kLongestText) {
    throw Error(
        fmt::format("{} has a name of {} bytes at byte {}; it is damaged", where_, length, position_));
  }
  std::string text(length, '\0');
  stream_.read(text.data(), static_cast<std::streamsize>(length));
  if (!stream_) fail_read();
  position_ += length;
  return text;
}

std::string PickleBytes::line() {
  std::string line;
  for (auto c = static_cast<char>(byte()); c != '\n'; c = static_cast<char>(byte())) {
    line += c;
    if (line.size() > kLongestText) {
      throw Error(fmt::format("{} has a line without end at byte {}; it is damaged", where_, position_));
    }
  }
  return line;
}

void PickleBytes::skip(uint64_t length) {
  need(length);
  stream_.ignore(static_cast<std::streamsize>(length));
  if (!stream_) fail_read();
  position_ += length;
}

}  // namespace dpac
