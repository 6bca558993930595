// What reductions, softmaxes over groups and constants of whole maps refuse. Their numbers against ONNX
// Runtime's are in onnx_test.cpp (gates_*.onnx, response_*.onnx).
#include <doctest/doctest.h>

#include "tests/support/onnx_nodes.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Integers = std::vector<int64_t>;

OnnxGiven constant(const Shape& shape) {
  return OnnxTensor{shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)), 1.5f)};
}

/// The image in three groups of a channel.
class Grouped : public OnnxNodes {
 public:
  explicit Grouped(const std::string& model = "resize.onnx") : OnnxNodes(model) {
    add("Reshape", {ints({1, 3, 1, 6, 5})});
  }
};

constexpr int64_t kNo = 0;

}  // namespace

TEST_CASE("reductions are over height and width, over channels, or over groups") {
  for (const std::string op : {"ReduceMean", "ReduceSum", "ReduceL2"}) {
    CAPTURE(op);
    CHECK(OnnxNodes().refusal(op, {ints({2, 3})}) == "no error");
    CHECK(OnnxNodes().refusal(op, {ints({-1, 2})}, {{"keepdims", kNo}}) == "no error");
    CHECK(OnnxNodes().refusal(op, {ints({2})}) ==
          "reduces the axes [2] of [batch, 3, 6, 5] with keepdims = 1, and can be run over height and width, "
          "over the channels with keepdims = 1, or, but for a norm, over groups of channels: reduce over one "
          "of these at a time");
    CHECK(contains(OnnxNodes().refusal(op), "reduces the axes [] of [batch, 3, 6, 5]"));
    CHECK(contains(OnnxNodes().refusal(op, {ints({1})}, {{"keepdims", kNo}}), "with keepdims = 0, and"));
    CHECK(contains(OnnxNodes().refusal(op, {ints({4})}), "names the axis 4 of 4"));
    CHECK(contains(OnnxNodes().refusal(op, {ints({2, -2})}), "names an axis twice"));
    CHECK(contains(Grouped().refusal(op, {ints({2})}), "reduces the axes [2] of [batch, 3, 1, 6, 5]"));
  }
  CHECK(OnnxNodes().refusal("ReduceSum", {ints({1})}) == "no error");
  CHECK(Grouped().refusal("ReduceMean", {ints({1})}) == "no error");
  CHECK(contains(OnnxNodes().refusal("ReduceL2", {ints({1})}), "reduces the axes [1]"));
  CHECK(contains(Grouped().refusal("ReduceL2", {ints({1})}), "reduces the axes [1]"));
}

TEST_CASE("a softmax within a network is over the groups of channels, and of one axis") {
  const OnnxAttributes first = {{"axis", int64_t{1}}};
  CHECK(Grouped().refusal("Softmax", {}, first) == "no error");
  CHECK(Grouped().refusal("Softmax", {}, {{"axis", int64_t{2}}}) ==
        "is computed over axis 2 of [batch, 3, 1, 6, 5] (opset 19), and can be run within a network as a "
        "Softmax over axis 1, the groups of channels, in opset 13 or later: export the model so");
  CHECK(contains(Grouped().refusal("Softmax"), "is computed over axis 4 of [batch, 3, 1, 6, 5]"));
  CHECK(contains(Grouped().refusal("LogSoftmax", {}, first), "is computed over axis 1"));
  CHECK(contains(Grouped("upsample.onnx").refusal("Softmax", {}, first), "(opset 9)"));
  CHECK(contains(Grouped().refusal("Softmax", {}, {{"axis", int64_t{5}}}), "names the axis 5 of 5"));
}

TEST_CASE("a constant has one value, or one for each channel or element") {
  for (const Shape& shape :
       std::vector<Shape>{{}, {1, 3, 1, 1}, {1, 3, 6, 5}, {3, 6, 5}, {6, 1}, {5}, {1, 1, 6, 1}}) {
    CAPTURE(to_string(shape));
    CHECK(OnnxNodes().refusal("Mul", {constant(shape)}) == "no error");
  }
  CHECK(
      OnnxNodes().refusal("Add", {constant({1, 3, 6, 4})}) ==
      "computes with a constant of shape [1, 3, 6, 4] and a map of 3x6x5 (channels, height, width), expected "
      "one number, or one for each channel or each element of the map");
  for (const Shape& shape : std::vector<Shape>{{3}, {2, 3, 6, 5}, {1, 1, 3, 6, 5}, {1, 3, 12, 5}}) {
    CAPTURE(to_string(shape));
    CHECK(contains(OnnxNodes().refusal("Mul", {constant(shape)}), "computes with a constant of shape"));
  }
  CHECK(OnnxNodes().refusal("Mul", {ints({1, 2, 3, 4, 5})}) == "computes with integers and a map");
}

TEST_CASE("flattened maps of other channels are not added, though they have as many values") {
  OnnxNodes nodes;
  nodes.add("ReduceMean", {ints({1})});
  nodes.add("Flatten");
  OnnxBuilder& builder = nodes.builder();
  builder.add({"w", "Constant", {}, {"w"}, {{"value", *constant({30, 3, 6, 5})}}});
  builder.add({"conv", "Conv", {"image", "w"}, {"y"}, {}});
  builder.add({"flat", "Flatten", {"y"}, {"f"}, {}});
  CHECK(contains(message_of([&] {
                   builder.add({"sum", "Add", {"x", "f"}, {"s"}, {}});
                 }),
                 "node 'sum' (Add) computes with maps whose axes differ"));
}
