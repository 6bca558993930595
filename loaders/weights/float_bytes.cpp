#include "loaders/weights/float_bytes.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <cstring>

#include "loaders/half.h"

namespace dpac {
namespace {

template <class T, class F>
void convert(std::span<const char> bytes, std::span<float> to, const F& to_float) {
  for (std::size_t i = 0; i < to.size(); ++i) {
    T value;
    std::memcpy(&value, bytes.data() + i * sizeof(T), sizeof(T));
    to[i] = to_float(value);
  }
}

}  // namespace

int64_t bytes_of(FloatType type) {
  switch (type) {
    case FloatType::float16:
    case FloatType::bfloat16:
      return 2;
    case FloatType::float32:
      return 4;
    case FloatType::float64:
      return 8;
  }
  return 0;
}

void to_floats(FloatType type, std::span<const char> bytes, std::span<float> to) {
  assert(bytes.size() == to.size() * static_cast<std::size_t>(bytes_of(type)));
  switch (type) {
    case FloatType::float16:
      return convert<uint16_t>(bytes, to, float_from_half);
    case FloatType::bfloat16:
      return convert<uint16_t>(bytes, to, float_from_bfloat16);
    case FloatType::float32:
      return convert<float>(bytes, to, [](float value) { return value; });
    case FloatType::float64:
      return convert<double>(bytes, to, [](double value) { return static_cast<float>(value); });
  }
}

void read_floats(FloatType type, std::span<float> to, const std::function<void(std::span<char>)>& read) {
  static_assert(std::endian::native == std::endian::little);
  if (type == FloatType::float32) return read({reinterpret_cast<char*>(to.data()), to.size_bytes()});
  const auto element = static_cast<std::size_t>(bytes_of(type));
  std::array<char, 64 << 10> piece;
  while (!to.empty()) {
    const std::size_t count = std::min(to.size(), piece.size() / element);
    const std::span bytes = std::span(piece).first(count * element);
    read(bytes);
    to_floats(type, bytes, to.first(count));
    to = to.subspan(count);
  }
}

}  // namespace dpac
