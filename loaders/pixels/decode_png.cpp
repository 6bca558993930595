#include "loaders/pixels/decode_png.h"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <cstring>
#include <vector>

#include <fmt/format.h>
#include <png.h>

#include "kernels/error.h"

namespace dpac {
namespace {

/// One decompression. Destroys libpng's state however it ends.
class PngReader {
 public:
  PngReader(std::span<const uint8_t> encoded, const std::string& name)
      : file_bytes_(encoded.size()), rest_(encoded), name_(name) {
    png_ = png_create_read_struct(PNG_LIBPNG_VER_STRING, this, on_error, on_warning);
    if (png_ == nullptr) throw Error(fmt::format("{}: libpng cannot start", name_));
    info_ = png_create_info_struct(png_);
    png_set_read_fn(png_, this, copy_bytes);
    png_set_user_limits(png_, PNG_UINT_31_MAX, PNG_UINT_31_MAX);  // check_size() judges the product.
  }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;
  ~PngReader() { png_destroy_read_struct(&png_, &info_, nullptr); }

  Image read() {
    guarded([this] { png_read_info(png_, info_); });
    check_size();
    const bool wide_grey =
        png_get_color_type(png_, info_) == PNG_COLOR_TYPE_GRAY && png_get_bit_depth(png_, info_) == 16;
    guarded([this, wide_grey] { choose_output(wide_grey); });
    Image image{static_cast<int>(png_get_image_height(png_, info_)),
                static_cast<int>(png_get_image_width(png_, info_)),
                png_get_channels(png_, info_),
                {}};
    read_rows(image);
    if (wide_grey) saturate(image);
    return image;
  }

 private:
  static PngReader& of(png_structp png) { return *static_cast<PngReader*>(png_get_error_ptr(png)); }

  [[noreturn]] static void on_error(png_structp png, png_const_charp message) {
    PngReader& self = of(png);
    std::strncpy(self.message_.data(), message, self.message_.size() - 1);
    std::longjmp(self.back_, 1);
  }

  static void on_warning(png_structp, png_const_charp) {}

  static void copy_bytes(png_structp png, png_bytep to, std::size_t count) {
    std::span<const uint8_t>& rest = of(png).rest_;
    if (count > rest.size()) png_error(png, "the file is truncated");
    std::copy_n(rest.begin(), count, to);
    rest = rest.subspan(count);
  }

  /// Runs calls into libpng. A jump out of them skips no destructor: `calls` may own nothing.
  template <class Calls>
  void guarded(const Calls& calls) {
    if (setjmp(back_) != 0) {
      throw Error(fmt::format("{}: damaged or truncated PNG: {}", name_, message_.data()));
    }
    calls();
  }

  void check_size() const {
    check_pixels(png_get_image_width(png_, info_), png_get_image_height(png_, info_), file_bytes_,
                 name_ + ": the PNG");
  }

  /// 8 bits a channel, no palette, no alpha; except 16-bit grey, which stays.
  void choose_output(bool wide_grey) {
    png_set_palette_to_rgb(png_);
    png_set_expand_gray_1_2_4_to_8(png_);
    png_set_strip_alpha(png_);
    if (!wide_grey) png_set_strip_16(png_);
    png_set_interlace_handling(png_);
    png_read_update_info(png_, info_);
  }

  void read_rows(Image& image) {
    const std::size_t row_bytes = png_get_rowbytes(png_, info_);
    image.pixels.resize(static_cast<std::size_t>(image.height) * row_bytes);
    std::vector<png_bytep> rows;
    for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
      rows.push_back(image.pixels.data() + y * row_bytes);
    }
    png_bytepp first = rows.data();
    guarded([this, first] { png_read_image(png_, first); });
  }

  /// Big-endian 16-bit values to min(value, 255): Pillow's conversion of its mode "I;16".
  static void saturate(Image& image) {
    const std::size_t count = image.pixels.size() / 2;
    for (std::size_t i = 0; i < count; ++i) {
      image.pixels[i] = image.pixels[2 * i] != 0 ? uint8_t{255} : image.pixels[2 * i + 1];
    }
    image.pixels.resize(count);
  }

  std::size_t file_bytes_;
  std::span<const uint8_t> rest_;
  const std::string& name_;
  png_structp png_ = nullptr;
  png_infop info_ = nullptr;
  std::jmp_buf back_{};
  std::array<char, 128> message_{};
};

}  // namespace

Image decode_png(std::span<const uint8_t> encoded, const std::string& name) {
  return PngReader(encoded, name).read();
}

}  // namespace dpac
