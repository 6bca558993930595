// What is computed from constants: the numbers against ONNX Runtime's are in onnx_test.cpp (constants.onnx).
// Here what is refused, before anything is made of it.
#include "loaders/onnx/onnx_constants.h"

#include <limits>

#include <doctest/doctest.h>

#include "tests/support/messages.h"

using namespace dpac;
using namespace dpac::test;

namespace {

using Integers = std::vector<int64_t>;
using Attributes = std::map<std::string, OnnxAttribute>;

OnnxTensor ints(Integers values) {
  return {{static_cast<int64_t>(values.size())}, std::move(values)};
}

OnnxTensor floats(std::vector<float> values) {
  return {{static_cast<int64_t>(values.size())}, std::move(values)};
}

OnnxTensor number(int64_t value) {
  return {{}, Integers{value}};
}

std::vector<OnnxTensor> compute(const std::string& op, const std::vector<OnnxTensor>& inputs,
                                const Attributes& attributes = {}) {
  const OnnxNode node{"x", op, std::vector<std::string>(inputs.size(), "in"), {"out"}, attributes};
  OnnxArguments arguments{node, {}};
  for (const OnnxTensor& input : inputs) arguments.inputs.push_back(&input);
  return compute_constants(arguments);
}

std::string refusal(const std::string& op, const std::vector<OnnxTensor>& inputs,
                    const Attributes& attributes = {}) {
  return message_of([&] { (void)compute(op, inputs, attributes); });
}

constexpr int64_t kHuge = int64_t{1} << 40, kLowest = std::numeric_limits<int64_t>::min(),
                  kHighest = std::numeric_limits<int64_t>::max();

}  // namespace

TEST_CASE("constants that a few numbers would make huge are refused before they are made") {
  const std::string why = "makes a constant of shape";
  CHECK(contains(refusal("ConstantOfShape", {ints({kHuge})}), why));
  CHECK(contains(refusal("ConstantOfShape", {ints({kHuge, kHuge, kHuge})}), why));
  CHECK(contains(refusal("ConstantOfShape", {ints({-1})}), why));
  CHECK(contains(refusal("Expand", {number(1), ints({1 << 20, 1 << 20})}), why));
  CHECK(contains(refusal("Expand", {number(1), ints({-4})}), why));
  CHECK(contains(refusal("Tile", {ints({1, 2}), ints({kHuge})}), why));
  CHECK(contains(refusal("Tile", {ints({1, 2}), ints({-1})}), why));
  CHECK(contains(refusal("Range", {number(0), number(kHuge), number(1)}), why));
  CHECK(contains(refusal("Range", {number(0), number(1), number(0)}), "counts from 0 to 1 in steps of 0"));
  CHECK(contains(refusal("Range", {number(kLowest), number(kHighest), number(1)}), "counts from"));
  const OnnxTensor column{{1 << 14, 1}, Integers(1 << 14)}, row{{1 << 14}, Integers(1 << 14)};
  CHECK(contains(refusal("Add", {column, row}), why));
  CHECK(contains(refusal("Reshape", {ints({1, 2}), ints({kHuge, kHuge, 0})}, {{"allowzero", int64_t{1}}}),
                 why));
}

TEST_CASE("arithmetic that has no result is refused") {
  CHECK(contains(refusal("Div", {ints({1}), ints({0})}), "divides by zero"));
  CHECK(contains(refusal("Mod", {ints({1}), ints({0})}), "divides by zero"));
  CHECK(contains(refusal("Div", {floats({1}), floats({0})}), "divides by zero"));
  CHECK(contains(refusal("Div", {ints({kLowest}), ints({-1})}), "do not fit 64 bits"));
  CHECK(contains(refusal("Mul", {ints({kHuge}), ints({kHuge})}), "do not fit 64 bits"));
  CHECK(contains(refusal("Add", {ints({kLowest}), ints({-1})}), "do not fit 64 bits"));
  CHECK(contains(refusal("Neg", {ints({kLowest})}), "do not fit 64 bits"));
  CHECK(contains(refusal("Pow", {ints({10}), ints({40})}), "do not fit 64 bits"));
  CHECK(contains(refusal("Cast", {floats({1e30f})}, {{"to", int64_t{7}}}), "do not fit 64 bits"));
  CHECK(contains(refusal("Sqrt", {floats({-1})}), "NaN or infinite"));
  CHECK(contains(refusal("Add", {ints({1}), floats({1})}), "integers and floating-point numbers at once"));
  CHECK(contains(refusal("Add", {ints({1, 2}), ints({1, 2, 3})}), "of shapes [2] and [3]"));
  CHECK(contains(refusal("Ceil", {ints({1})}), "has integers as its input 0"));
  CHECK(contains(refusal("Cast", {ints({1})}, {{"to", int64_t{8}}}), "casts to the type 8"));
  CHECK(contains(refusal("ReduceMax", {floats({})}), "a constant of no values"));
}

TEST_CASE("axes and places beyond a constant are refused") {
  const OnnxTensor table{{2, 3}, Integers{1, 2, 3, 4, 5, 6}};
  CHECK(contains(refusal("Gather", {table, number(2)}), "picks element 2 of 2"));
  CHECK(contains(refusal("Gather", {table, number(0)}, {{"axis", int64_t{2}}}), "names the axis 2 of 2"));
  CHECK(contains(refusal("Gather", {number(1), number(0)}), "names the axis 0 of 0"));
  CHECK(contains(refusal("Slice", {table, ints({0}), ints({1}), ints({5})}), "names the axis 5 of 2"));
  CHECK(
      contains(refusal("Slice", {table, ints({0, 0}), ints({1, 1}), ints({1, -1})}), "names an axis twice"));
  CHECK(contains(refusal("Slice", {table, ints({0}), ints({1}), ints({0}), ints({0})}), "steps of zero"));
  CHECK(contains(refusal("Slice", {table, ints({0}), ints({1, 2})}), "other numbers of starts, ends"));
  CHECK(contains(refusal("Concat", {table, ints({1})}, {{"axis", int64_t{0}}}), "whose shapes do not fit"));
  CHECK(contains(refusal("Concat", {ints({1}), floats({1})}), "joins integers and floating-point numbers"));
  CHECK(contains(refusal("Squeeze", {table, ints({0})}), "another number of elements"));
  CHECK(contains(refusal("Transpose", {table}, {{"perm", Integers{0, 0}}}), "names an axis twice"));
  CHECK(contains(refusal("Transpose", {table}, {{"perm", Integers{0}}}), "another number of axes"));
  CHECK(contains(refusal("Reshape", {table, ints({4, -1})}), "reshapes a constant of [2, 3] to [4, -1]"));
  CHECK(contains(refusal("Split", {table, ints({3})}), "takes 3 of 2 elements"));
  const OnnxTensor scale = floats({1, 1, 1}), short_scale = floats({1, 1});
  const OnnxTensor weights{{1, 3}, std::vector<float>{1, 2, 3}};
  CHECK(contains(refusal("BatchNormalization", {weights, scale, scale, short_scale, scale}),
                 "has an input 3 of shape [2], expected numbers for 3 channels"));
  CHECK(contains(refusal("BatchNormalization", {weights, scale, scale, scale, floats({1, 1, -2})}), "NaN"));
  CHECK(contains(refusal("Where", {ints({1})}), "lacks its input 1"));
}

TEST_CASE("slices end where Python's do, whatever the step") {
  const auto slice = [](int64_t start, int64_t end, int64_t step) {
    return compute("Slice", {ints({0, 1, 2, 3, 4}), ints({start}), ints({end}), ints({0}), ints({step})})[0]
        .integers();
  };
  CHECK(slice(1, kHighest, 1) == Integers{1, 2, 3, 4});
  CHECK(slice(-2, kHighest, 1) == Integers{3, 4});
  CHECK(slice(kHighest, kLowest, -1) == Integers{4, 3, 2, 1, 0});
  CHECK(slice(-1, kLowest, -2) == Integers{4, 2, 0});
  CHECK(slice(0, 5, kHighest) == Integers{0});
  CHECK(slice(4, kLowest, kLowest) == Integers{4});
  CHECK(slice(3, 1, 1).empty());
  CHECK(slice(1, 3, -1).empty());
  CHECK(slice(7, 9, 1).empty());
}
