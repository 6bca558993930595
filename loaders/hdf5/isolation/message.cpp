#include "loaders/hdf5/isolation/message.h"

#include <cstring>

#include "kernels/error.h"

namespace dpac {
namespace {

template <class T>
std::string_view bytes_of(const T* values, std::size_t count) {
  return {reinterpret_cast<const char*>(values), count * sizeof(T)};
}

}  // namespace

void Packer::put(uint64_t number) {
  message_ += bytes_of(&number, 1);
}

void Packer::put(std::string_view text) {
  put(text.size());
  message_ += text;
}

void Packer::put(const std::vector<std::string>& texts) {
  put(texts.size());
  for (const std::string& text : texts) put(text);
}

void Packer::put(const std::vector<double>& numbers) {
  put(bytes_of(numbers.data(), numbers.size()));
}

void Packer::put(const std::vector<int64_t>& numbers) {
  put(bytes_of(numbers.data(), numbers.size()));
}

std::string_view Unpacker::take(uint64_t size) {
  if (size > message_.size() - at_) throw Error("a message of a process that reads HDF5 files is cut off");
  at_ += size;
  return std::string_view(message_).substr(at_ - size, size);
}

uint64_t Unpacker::number() {
  uint64_t number = 0;
  std::memcpy(&number, take(sizeof number).data(), sizeof number);
  return number;
}

uint64_t Unpacker::number_below(uint64_t end) {
  const uint64_t found = number();
  if (found >= end) throw Error("a message of a process that reads HDF5 files makes no sense");
  return found;
}

std::string Unpacker::text() {
  return std::string(take(number()));
}

std::vector<std::string> Unpacker::texts() {
  std::vector<std::string> texts;
  for (uint64_t count = number(); count > 0; --count) texts.push_back(text());
  return texts;
}

template <class T>
std::vector<T> Unpacker::list() {
  const std::string_view bytes = take(number());
  std::vector<T> values(bytes.size() / sizeof(T));
  if (!values.empty()) std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

std::vector<double> Unpacker::reals() {
  return list<double>();
}

std::vector<int64_t> Unpacker::integers() {
  return list<int64_t>();
}

}  // namespace dpac
