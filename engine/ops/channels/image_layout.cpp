#include "engine/ops/channels/image_layout.h"

#include <algorithm>

#include "engine/ops/digital.h"

namespace dpac {

Grid grid_of(const ImageLayoutOp&) {
  return Grid::of_inputs;
}

void run_block(const ImageLayoutOp&, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps& out = run.maps.out;
  const int64_t channels = out.shape.channels, pixels = out.shape.pixels();
  const float* image = run.in[0] + map * channels * pixels;
  float* to = run.out + out.at(map, block);
  for (int lane = 0; lane < out.block; ++lane) {
    const int64_t channel = block * out.block + lane;
    for (int64_t p = 0; p < pixels; ++p) {
      to[p * out.block + lane] = channel < channels ? image[channel * pixels + p] : 0.0f;
    }
  }
}

void run_integer(const ImageLayoutOp&, const IntegerRun& run, int64_t map) {
  const IntegerMap &in = run.maps.in[0].map, &out = run.maps.out.map;
  const uint8_t* from = run.in[0] + map * in.size();
  uint8_t* to = run.out + map * out.size();
  std::fill_n(to, out.size(), static_cast<uint8_t>(-run.maps.out.quantizer.low));
  for (int64_t p = 0; p < in.pixels; ++p)
    std::copy_n(from + p * in.channels, in.channels, to + p * out.channels);
}

}  // namespace dpac
