#include "loaders/pixels/memory_tiff.h"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <cstring>
#include <utility>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/pixels/image.h"

namespace dpac {
namespace {

constexpr tmsize_t kMostBytesAtOnce = 4 * kMaxImagePixels;

/// The first message is the nearest to the cause. What is returned keeps it from libtiff's own printing.
int keep_message(TIFF*, void* kept, const char*, const char* format, va_list arguments) {
  auto& message = *static_cast<std::string*>(kept);
  if (!message.empty()) return 1;
  std::array<char, 256> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  message = text.data();
  return 1;
}

int ignore_warning(TIFF*, void*, const char*, const char*, va_list) {
  return 1;
}

tmsize_t write_nothing(thandle_t, void*, tmsize_t) {
  return 0;
}

int close_nothing(thandle_t) {
  return 0;
}

}  // namespace

MemoryTiff::MemoryTiff(std::span<const uint8_t> encoded, std::string name)
    : bytes_{encoded}, name_(std::move(name)) {
  const std::unique_ptr<TIFFOpenOptions, void (*)(TIFFOpenOptions*)> options(TIFFOpenOptionsAlloc(),
                                                                             TIFFOpenOptionsFree);
  TIFFOpenOptionsSetErrorHandlerExtR(options.get(), keep_message, &message_);
  TIFFOpenOptionsSetWarningHandlerExtR(options.get(), ignore_warning, nullptr);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options.get(), kMostBytesAtOnce);
  // "m": no mapping into memory, where it is already.
  tiff_.reset(TIFFClientOpenExt(name_.c_str(), "rm", &bytes_, read, write_nothing, seek, close_nothing, size,
                                nullptr, nullptr, options.get()));
  if (!tiff_) refuse_damage();
}

tmsize_t MemoryTiff::read(thandle_t handle, void* to, tmsize_t count) {
  auto& bytes = *static_cast<Bytes*>(handle);
  if (bytes.position >= bytes.all.size() || count <= 0) return 0;
  const std::size_t taken =
      std::min(static_cast<std::size_t>(count), bytes.all.size() - static_cast<std::size_t>(bytes.position));
  std::memcpy(to, bytes.all.data() + bytes.position, taken);
  bytes.position += taken;
  return static_cast<tmsize_t>(taken);
}

toff_t MemoryTiff::seek(thandle_t handle, toff_t offset, int whence) {
  auto& bytes = *static_cast<Bytes*>(handle);
  const uint64_t base = whence == SEEK_CUR ? bytes.position : (whence == SEEK_END ? bytes.all.size() : 0);
  return bytes.position = base + offset;  // Negative offsets come as their complement, and wrap round.
}

toff_t MemoryTiff::size(thandle_t handle) {
  return static_cast<Bytes*>(handle)->all.size();
}

uint16_t MemoryTiff::short_field(uint32_t tag) const {
  uint16_t value = 0;
  TIFFGetFieldDefaulted(tiff_.get(), tag, &value);
  return value;
}

uint32_t MemoryTiff::long_field(uint32_t tag) const {
  uint32_t value = 0;
  TIFFGetFieldDefaulted(tiff_.get(), tag, &value);
  return value;
}

void MemoryTiff::refuse_damage() const {
  throw Error(fmt::format("{}: damaged or truncated TIFF: {}", name_,
                          message_.empty() ? "the sizes in its header cannot be" : message_));
}

}  // namespace dpac
