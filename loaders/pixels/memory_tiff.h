/// @file
/// libtiff on bytes in memory. For decode_tiff.cpp alone: it includes libtiff's header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include <tiffio.h>

namespace dpac {

/// An open TIFF, at its first image. Bounded: libtiff allocates no more at once than the largest image has.
/// What it says about an error is kept, not printed; handlers are this file's own, so threads do not meet.
class MemoryTiff {
 public:
  /// `encoded` must outlive it. @throws Error naming the file if libtiff cannot open it.
  MemoryTiff(std::span<const uint8_t> encoded, std::string name);
  MemoryTiff(const MemoryTiff&) = delete;
  MemoryTiff& operator=(const MemoryTiff&) = delete;

  [[nodiscard]] TIFF* get() const { return tiff_.get(); }
  [[nodiscard]] const std::string& name() const { return name_; }

  /// Size of the file.
  [[nodiscard]] std::size_t bytes() const { return bytes_.all.size(); }

  /// A field of 16 or of 32 bits, or its default; 0 where there is neither.
  [[nodiscard]] uint16_t short_field(uint32_t tag) const;
  [[nodiscard]] uint32_t long_field(uint32_t tag) const;

  /// @throws Error with libtiff's first message.
  [[noreturn]] void refuse_damage() const;

 private:
  struct Bytes {
    std::span<const uint8_t> all;
    uint64_t position = 0;
  };
  struct Close {
    void operator()(TIFF* tiff) const { TIFFClose(tiff); }
  };

  static tmsize_t read(thandle_t handle, void* to, tmsize_t count);
  static toff_t seek(thandle_t handle, toff_t offset, int whence);
  static toff_t size(thandle_t handle);

  Bytes bytes_;
  std::string name_;
  std::string message_;
  std::unique_ptr<TIFF, Close> tiff_;
};

}  // namespace dpac
