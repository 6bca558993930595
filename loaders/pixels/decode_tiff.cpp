#include "loaders/pixels/decode_tiff.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include <fmt/format.h>

#include "kernels/error.h"
#include "loaders/pixels/memory_tiff.h"

namespace dpac {
namespace {

/// The first image of one file. Samples are what a pixel has in the file, channels what it has in the Image.
class TiffReader {
 public:
  explicit TiffReader(const MemoryTiff& file)
      : file_(file),
        samples_(file.short_field(TIFFTAG_SAMPLESPERPIXEL)),
        photometric_(file.short_field(TIFFTAG_PHOTOMETRIC)) {}

  Image read() {
    check_size();
    check_kind();
    check_samples();
    image_.channels = photometric_ == PHOTOMETRIC_RGB ? 3 : 1;
    image_.pixels.resize(channels() * static_cast<std::size_t>(image_.width) *
                         static_cast<std::size_t>(image_.height));
    TIFFIsTiled(file_.get()) != 0 ? read_tiles() : read_rows();
    if (photometric_ == PHOTOMETRIC_MINISWHITE) {
      for (uint8_t& value : image_.pixels) value = static_cast<uint8_t>(255 - value);
    }
    return std::move(image_);
  }

 private:
  [[nodiscard]] std::size_t channels() const { return static_cast<std::size_t>(image_.channels); }

  [[noreturn]] void refuse(const std::string& found) const {
    throw Error(fmt::format("{}: expected a TIFF of 8-bit grey or RGB, found {}", file_.name(), found));
  }

  void check_size() {
    const uint32_t width = file_.long_field(TIFFTAG_IMAGEWIDTH);
    const uint32_t height = file_.long_field(TIFFTAG_IMAGELENGTH);
    if (width == 0 || height == 0) file_.refuse_damage();
    check_pixels(width, height, file_.bytes(), file_.name() + ": the TIFF");
    image_.width = static_cast<int>(width);
    image_.height = static_cast<int>(height);
  }

  void check_kind() const {
    if (const int bits = file_.short_field(TIFFTAG_BITSPERSAMPLE); bits != 8) {
      refuse(fmt::format("{} bits a sample", bits));
    }
    const int format = file_.short_field(TIFFTAG_SAMPLEFORMAT);
    if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) {
      refuse(fmt::format("sample format {}, which is no unsigned integer", format));
    }
    constexpr std::array<int, 5> kRead = {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE,
                                          COMPRESSION_DEFLATE, COMPRESSION_PACKBITS};
    const int compression = file_.short_field(TIFFTAG_COMPRESSION);
    if (std::find(kRead.begin(), kRead.end(), compression) == kRead.end()) {
      refuse(fmt::format("compression {}, which is not one of none, LZW, Deflate and PackBits", compression));
    }
    const int orientation = file_.short_field(TIFFTAG_ORIENTATION);
    if (orientation != ORIENTATION_TOPLEFT) refuse(fmt::format("orientation {}, not upright", orientation));
  }

  /// One more sample than channels may be there, but not alpha that was multiplied into the others.
  void check_samples() const {
    const bool grey = photometric_ == PHOTOMETRIC_MINISBLACK || photometric_ == PHOTOMETRIC_MINISWHITE;
    if (!grey && photometric_ != PHOTOMETRIC_RGB) {
      refuse(fmt::format("photometric interpretation {}, as of palettes, CMYK and YCbCr", photometric_));
    }
    const std::size_t needed = grey ? 1 : 3;
    if (samples_ != needed && samples_ != needed + 1) refuse(fmt::format("{} samples a pixel", samples_));
    if (samples_ > 1 && file_.short_field(TIFFTAG_PLANARCONFIG) != PLANARCONFIG_CONTIG) {
      refuse("a plane for each channel");
    }
    uint16_t extra = 0;
    uint16_t* kinds = nullptr;
    TIFFGetFieldDefaulted(file_.get(), TIFFTAG_EXTRASAMPLES, &extra, &kinds);
    if (extra > 0 && kinds[0] == EXTRASAMPLE_ASSOCALPHA) refuse("alpha multiplied into the colours");
  }

  /// Copies `count` pixels of the file to the image, from (y, x) on.
  void put(const uint8_t* from, int y, int x, int count) {
    const auto pixel =
        static_cast<std::size_t>(y) * static_cast<std::size_t>(image_.width) + static_cast<std::size_t>(x);
    uint8_t* to = image_.pixels.data() + pixel * channels();
    for (int i = 0; i < count; ++i, from += samples_, to += channels()) std::copy_n(from, channels(), to);
  }

  void read_rows() {
    std::vector<uint8_t> row(samples_ * static_cast<std::size_t>(image_.width));
    if (TIFFScanlineSize64(file_.get()) != row.size()) file_.refuse_damage();
    for (int y = 0; y < image_.height; ++y) {
      if (TIFFReadScanline(file_.get(), row.data(), static_cast<uint32_t>(y), 0) != 1) file_.refuse_damage();
      put(row.data(), y, 0, image_.width);
    }
  }

  /// The last tile of a row or column reaches beyond the image.
  void read_tiles() {
    const uint64_t width = file_.long_field(TIFFTAG_TILEWIDTH);
    const uint64_t height = file_.long_field(TIFFTAG_TILELENGTH);
    if (width == 0 || height == 0) file_.refuse_damage();
    check_pixels(static_cast<int64_t>(width), static_cast<int64_t>(height), file_.bytes(),
                 file_.name() + ": each tile of the TIFF");
    std::vector<uint8_t> tile(width * height * samples_);
    if (TIFFTileSize64(file_.get()) != tile.size()) file_.refuse_damage();
    const int across = static_cast<int>(width);
    const int down = static_cast<int>(height);
    for (int top = 0; top < image_.height; top += down) {
      for (int left = 0; left < image_.width; left += across) {
        read_tile(tile, top, left);
        const int columns = std::min(across, image_.width - left);
        for (int y = top; y < std::min(top + down, image_.height); ++y) {
          put(tile.data() + static_cast<std::size_t>(y - top) * width * samples_, y, left, columns);
        }
      }
    }
  }

  void read_tile(std::vector<uint8_t>& tile, int top, int left) const {
    const tmsize_t read =
        TIFFReadTile(file_.get(), tile.data(), static_cast<uint32_t>(left), static_cast<uint32_t>(top), 0, 0);
    if (read != static_cast<tmsize_t>(tile.size())) file_.refuse_damage();
  }

  const MemoryTiff& file_;
  std::size_t samples_;
  int photometric_;
  Image image_;
};

}  // namespace

Image decode_tiff(std::span<const uint8_t> encoded, const std::string& name) {
  const MemoryTiff file(encoded, name);
  return TiffReader(file).read();
}

}  // namespace dpac
