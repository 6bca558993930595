#include "engine/ops/pools/max_pool.h"

#include "engine/onednn/onednn.h"
#include "engine/ops/digital.h"

namespace dpac {

Value output_of(const MaxPoolOp& op, InputValues inputs) {
  expect_inputs(inputs, 1);
  expect_image(inputs[0]);
  return {windows_over(inputs[0].shape, op.geometry, inputs[0].shape.channels)};
}

Grid grid_of(const MaxPoolOp&) {
  return Grid::of_inputs;
}

onednn::Primitive compile(const MaxPoolOp& op, const DigitalMaps& maps, const Compiling& how) {
  const int64_t count = maps.out.count;
  const MapShape &in = maps.in[0].shape, &out = maps.out.shape;
  if (how.recording) return onednn::make_recording_max_pool(count, in, out, op.geometry, how.threads);
  return onednn::make_max_pool(count, in, out, op.geometry, how.storage, how.threads);
}

onednn::Primitive compile_backward(const MaxPoolOp& op, const DigitalMaps& maps, const Compiling& how) {
  return onednn::make_max_pool_backward(maps.out.count, maps.in[0].shape, maps.out.shape, op.geometry,
                                        how.threads);
}

onednn::Primitive compile_integer(const MaxPoolOp& op, const IntegerMaps& maps, const Compiling& how) {
  MapShape in = maps.in[0].shape, out = maps.out.shape;
  in.channels = maps.in[0].map.channels;
  out.channels = maps.out.map.channels;
  return onednn::make_integer_max_pool(maps.count, in, out, op.geometry, how.threads);
}

}  // namespace dpac
