#include "loaders/pixels/decode_jpeg.h"

#include <array>
#include <csetjmp>
#include <cstdio>
#include <jerror.h>
#include <vector>

#include <fmt/format.h>
#include <jpeglib.h>

#include "kernels/error.h"

namespace dpac {
namespace {

/// libjpeg's own handler exits the process; this one jumps back to JpegReader::guarded().
struct JumpingErrors {
  jpeg_error_mgr base;  // First, so that libjpeg's pointer to it is a pointer to this.
  std::jmp_buf back;
  std::array<char, JMSG_LENGTH_MAX> message;
};

[[noreturn]] void jump_back(j_common_ptr info) {
  auto* errors = reinterpret_cast<JumpingErrors*>(info->err);
  errors->base.format_message(info, errors->message.data());
  std::longjmp(errors->back, 1);
}

void on_message(j_common_ptr info, int level) {
  const bool warning = level < 0;
  // At the end of its input libjpeg would go on with grey; all its other concealments are Pillow's too.
  if (warning && info->err->msg_code == JWRN_JPEG_EOF) jump_back(info);
}

/// A scan of a progressive JPEG may say nothing about millions of pixels in twenty bytes, and takes as long
/// as any. Encoders write about ten.
void count_scans(j_common_ptr info) {
  constexpr int kMostScans = 200;
  if (reinterpret_cast<j_decompress_ptr>(info)->input_scan_number <= kMostScans) return;
  auto* errors = reinterpret_cast<JumpingErrors*>(info->err);
  std::snprintf(errors->message.data(), errors->message.size(), "it has more than %d scans", kMostScans);
  std::longjmp(errors->back, 1);
}

/// One decompression. Destroys libjpeg's state however it ends.
class JpegReader {
 public:
  JpegReader(std::span<const uint8_t> encoded, const std::string& name) : encoded_(encoded), name_(name) {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = jump_back;
    errors_.base.emit_message = on_message;
  }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;
  ~JpegReader() { jpeg_destroy_decompress(&info_); }

  /// [height, width, components], with 4 components still CMYK.
  Image read() {
    guarded([this] {
      jpeg_create_decompress(&info_);
      progress_.progress_monitor = count_scans;
      info_.progress = &progress_;
      jpeg_mem_src(&info_, encoded_.data(), encoded_.size());
      jpeg_read_header(&info_, TRUE);
    });
    check_header();
    info_.out_color_space = color_space();
    Image image{
        static_cast<int>(info_.image_height), static_cast<int>(info_.image_width), info_.num_components, {}};
    const std::size_t row_bytes = std::size_t{info_.image_width} * static_cast<std::size_t>(image.channels);
    image.pixels.resize(info_.image_height * row_bytes);
    uint8_t* pixels = image.pixels.data();
    guarded([&] {
      jpeg_start_decompress(&info_);
      while (info_.output_scanline < info_.output_height) {
        JSAMPROW row = pixels + info_.output_scanline * row_bytes;
        jpeg_read_scanlines(&info_, &row, 1);
      }
      jpeg_finish_decompress(&info_);
    });
    return image;
  }

 private:
  /// Runs calls into libjpeg. A jump out of them skips no destructor: `calls` may own nothing.
  template <class Calls>
  void guarded(const Calls& calls) {
    if (setjmp(errors_.back) != 0) {
      throw Error(fmt::format("{}: damaged or truncated JPEG: {}", name_, errors_.message.data()));
    }
    calls();
  }

  void check_header() const {
    check_pixels(info_.image_width, info_.image_height, encoded_.size(), name_ + ": the JPEG");
    const int n = info_.num_components;
    if (n != 1 && n != 3 && n != 4) {
      throw Error(fmt::format("{}: expected a JPEG of 1, 3 or 4 components, found {}", name_, n));
    }
  }

  [[nodiscard]] J_COLOR_SPACE color_space() const {
    if (info_.num_components == 1) return JCS_GRAYSCALE;
    return info_.num_components == 3 ? JCS_RGB : JCS_CMYK;
  }

  std::span<const uint8_t> encoded_;
  const std::string& name_;
  JumpingErrors errors_{};
  jpeg_progress_mgr progress_{};
  jpeg_decompress_struct info_{};
};

/// round(a * b / 255), exact for bytes.
int scaled(int a, int b) {
  const int product = a * b + 128;
  return ((product >> 8) + product) >> 8;
}

/// From inverted CMYK, as Adobe writes it: R = K - (1 - C) K in units of 255, rounded where Pillow rounds.
Image cmyk_to_rgb(const Image& cmyk) {
  Image rgb{cmyk.height, cmyk.width, 3, std::vector<uint8_t>(cmyk.pixels.size() / 4 * 3)};
  const uint8_t* from = cmyk.pixels.data();
  for (std::size_t i = 0; i < rgb.pixels.size(); i += 3, from += 4) {
    const int black = from[3];
    for (std::size_t c = 0; c < 3; ++c) {
      rgb.pixels[i + c] = static_cast<uint8_t>(black - scaled(255 - from[c], black));
    }
  }
  return rgb;
}

}  // namespace

Image decode_jpeg(std::span<const uint8_t> encoded, const std::string& name) {
  Image image = JpegReader(encoded, name).read();
  return image.channels == 4 ? cmyk_to_rgb(image) : image;
}

}  // namespace dpac
