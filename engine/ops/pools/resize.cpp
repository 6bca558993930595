#include "engine/ops/pools/resize.h"

#include <algorithm>
#include <array>
#include <cmath>

#include <fmt/format.h>

#include "engine/ops/digital.h"
#include "kernels/error.h"

namespace dpac {
namespace {

using Between = ResizeOp::Between;

/// A pixel of an axis, and its share.
struct Tap {
  int64_t pixel = 0;
  float share = 1;
};

/// The two that an output pixel reads; the second has no share where there is one only.
using Taps = std::array<Tap, 2>;

double rounded(Between between, double position) {
  switch (between) {
    case Between::ceil:
      return std::ceil(position);
    case Between::round_half_to_floor:
      return std::ceil(position - 0.5);
    case Between::round_half_to_ceil:
      return std::floor(position + 0.5);
    case Between::floor:
    case Between::linear:
      break;
  }
  return std::floor(position);
}

Taps taps_of(const ResizeOp::Axis& axis, Between between, int64_t size, int64_t i) {
  const double position = std::clamp(axis.position(i), 0.0, static_cast<double>(size - 1));
  const auto first = std::min(static_cast<int64_t>(rounded(between, position)), size - 1);
  const double second = between == Between::linear ? position - static_cast<double>(first) : 0.0;
  return {Tap{first, static_cast<float>(1 - second)},
          Tap{std::min(first + 1, size - 1), static_cast<float>(second)}};
}

std::vector<Taps> taps_of(const ResizeOp::Axis& axis, Between between, int64_t size) {
  std::vector<Taps> all(static_cast<std::size_t>(axis.size));
  for (int64_t i = 0; i < axis.size; ++i) all[static_cast<std::size_t>(i)] = taps_of(axis, between, size, i);
  return all;
}

/// Calls visit(input pixel, output pixel, share) for all that an output pixel reads, one after another.
template <class Visit>
void for_taps(const ResizeOp& op, const MapShape& in, const Visit& visit) {
  const std::vector<Taps> rows = taps_of(op.rows, op.between, in.height),
                          columns = taps_of(op.columns, op.between, in.width);
  int64_t pixel = 0;
  for (const Taps& pair : rows) {
    for (const Taps& other : columns) {
      for (const Tap& row : pair) {
        for (const Tap& column : other) {
          const float share = row.share * column.share;
          if (share != 0) visit(row.pixel * in.width + column.pixel, pixel, share);
        }
      }
      ++pixel;
    }
  }
}

void expect_sane(const ResizeOp::Axis& axis, const char* name) {
  constexpr int64_t kMost = 1 << 20;
  const bool finite = std::isfinite(axis.before) && std::isfinite(axis.after) && std::isfinite(axis.scale);
  if (axis.size >= 1 && axis.size < kMost && finite && axis.scale > 0) return;
  throw Error(fmt::format("resizes to {} {} by the factor {}, expected a positive number of both", axis.size,
                          name, axis.scale));
}

}  // namespace

Value output_of(const ResizeOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_image(inputs[0]);
  expect_sane(op.rows, "rows");
  expect_sane(op.columns, "columns");
  return {{inputs[0].shape.channels, op.rows.size, op.columns.size}};
}

Grid grid_of(const ResizeOp& op) {
  return op.between == Between::linear ? Grid::own : Grid::of_inputs;
}

std::size_t tape_of(const ResizeOp&, const DigitalMaps&) {
  return 0;
}

void run_block(const ResizeOp& op, const DigitalRun& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  const float* from = run.in[0] + in.at(map, block);
  float* to = run.out + out.at(map, block);
  std::fill_n(to, out.block_size(), 0.0f);
  for_taps(op, in.shape, [&](int64_t source, int64_t target, float share) {
    for (int i = 0; i < in.block; ++i) to[target * out.block + i] += share * from[source * in.block + i];
  });
}

void run_backward(const ResizeOp& op, const DigitalBackward& run, int64_t map, int64_t block) {
  const RunMaps &in = run.maps.in[0], &out = run.maps.out;
  const float* from = run.out_gradient + out.at(map, block);
  float* to = run.in_gradient + in.at(map, block);
  for_taps(op, in.shape, [&](int64_t source, int64_t target, float share) {
    for (int i = 0; i < in.block; ++i) to[source * in.block + i] += share * from[target * out.block + i];
  });
}

}  // namespace dpac
