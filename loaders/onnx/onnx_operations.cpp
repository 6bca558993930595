#include "loaders/onnx/onnx_operations.h"

#include "engine/networks/fold_batchnorm.h"

namespace dpac {
namespace {

const OnnxOperations& operations() {
  static const OnnxOperations all = [] {
    OnnxOperations joined = onnx_layers();
    joined.merge(onnx_arithmetic());
    joined.merge(onnx_shapes());
    return joined;
  }();
  return all;
}

/// Into the weights of a product.
template <class Product>
void fold(Product& product, const std::vector<float>& scale, const std::vector<float>& offset) {
  const std::vector<float> zeros(scale.size(), 0.0f), ones(scale.size(), 1.0f);
  FoldedConvolution folded = fold_batchnorm({product.weights->shape(), product.weights->values()},
                                            product.bias, {scale, offset, zeros, ones, 0});
  product.weights = share(std::move(folded.weights));
  product.bias = std::move(folded.bias);
}

}  // namespace

bool has_operation(const std::string& op) {
  return operations().contains(op);
}

void run_operation(OnnxBuilder& builder) {
  operations().at(builder.current().op)(builder);
}

void add_affine(OnnxBuilder& b, std::size_t input, const std::vector<float>& scale,
                const std::vector<float>& offset) {
  const OnnxValue value = b.input(input);
  if (b.read_once(input)) {
    Op& op = b.node(value.node).op;
    auto* convolution = std::get_if<ConvolutionOp>(&op);
    auto* linear = std::get_if<LinearOp>(&op);
    if (convolution != nullptr) fold(*convolution, scale, offset);
    if (linear != nullptr) fold(*linear, scale, offset);
    if (convolution != nullptr || linear != nullptr) return b.set_output(0, value);
  }
  b.set_map(b.append(channel_affine(scale, offset), {value.node}), value);
}

std::size_t rank_of(const OnnxValue& value) {
  switch (value.axes) {
    case OnnxAxes::chw:
    case OnnxAxes::hwc:
      return 4;
    case OnnxAxes::flat:
    case OnnxAxes::flat_hwc:
      return 2;
    case OnnxAxes::grouped:
    case OnnxAxes::shuffled:
      return 5;
  }
  return 0;
}

std::size_t channel_axis(const OnnxBuilder& b, const OnnxValue& value) {
  if (value.axes == OnnxAxes::hwc) return 3;
  const bool vector = rank_of(value) == 2 && b.shape_of(value.node).pixels() == 1;
  if (value.axes != OnnxAxes::chw && !vector)
    b.refuse("looks for channels where none of the axes is the channels");
  return 1;
}

}  // namespace dpac
