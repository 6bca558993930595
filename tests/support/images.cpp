#include "tests/support/images.h"

#include <fstream>
#include <stdexcept>

namespace dpac::test {

std::filesystem::path golden_image(const std::string& name) {
  return std::filesystem::path(DPAC_GOLDEN_DIR) / "images" / name;
}

Image read_ppm(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string magic;
  Image image;
  int maximum = 0;
  in >> magic >> image.width >> image.height >> maximum;
  in.get();
  image.channels = 3;
  image.pixels.resize(static_cast<std::size_t>(image.height) * static_cast<std::size_t>(image.width) * 3);
  in.read(reinterpret_cast<char*>(image.pixels.data()), static_cast<std::streamsize>(image.pixels.size()));
  if (!in || magic != "P6" || maximum != 255) throw std::runtime_error("no PPM: " + file.string());
  return image;
}

Image made_up_image(int height, int width, int channels) {
  Image image{height, width, channels, {}};
  uint32_t state = 1;
  for (int i = 0; i < height * width * channels; ++i) {
    state = state * 1664525u + 1013904223u;
    image.pixels.push_back(static_cast<uint8_t>(state >> 24));
  }
  return image;
}

Image as_rgb(const Image& image) {
  if (image.channels == 3) return image;
  Image rgb{image.height, image.width, 3, {}};
  for (const uint8_t value : image.pixels) rgb.pixels.insert(rgb.pixels.end(), 3, value);
  return rgb;
}

int64_t differing_bytes(const Image& a, const Image& b) {
  if (a.size() != b.size() || a.channels != b.channels || a.pixels.size() != b.pixels.size()) return -1;
  int64_t count = 0;
  for (std::size_t i = 0; i < a.pixels.size(); ++i) count += a.pixels[i] != b.pixels[i];
  return count;
}

}  // namespace dpac::test
