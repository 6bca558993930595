// Pickles that torch.save would not write: hostile, damaged, or by older Pythons.
#include <doctest/doctest.h>

#include "loaders/checkpoint.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"
#include "tests/support/torch_files.h"

using namespace dpac;
using namespace dpac::test;
using namespace std::string_literals;

namespace {

const std::string kFourZeros(16, '\0');

/// Why an archive of this pickle and one storage of four floats is refused.
std::string refusal(const Pickle& pickle) {
  const TempFolder folder;
  const auto path = folder.write("x.pth", torch_zip(pickle, {{"0", kFourZeros}}));
  const std::string message = message_of([&] { (void)open_checkpoint(path); });
  if (message == "no error") return message;
  REQUIRE(message.starts_with(path.string() + ": "));
  return message.substr(path.string().size() + 2);
}

Checkpoint read(const Pickle& pickle) {
  const TempFolder folder;
  return open_checkpoint(folder.write("x.pth", torch_zip(pickle, {{"0", kFourZeros}})));
}

/// {"x": tensor} around what a tensor is made of.
std::string tensor_refusal(int64_t elements, const Shape& shape, const Shape& strides, int64_t offset = 0,
                           const std::string& storage = "FloatStorage") {
  return refusal(
      Pickle().dict().mark().text("x").tensor("0", elements, shape, strides, offset, storage).set_items());
}

}  // namespace

TEST_CASE("nothing in a pickle is run, and what it would have made stops nothing else") {
  const TempFolder folder;
  const std::string witness = (folder.path() / "witness").string();
  Pickle pickle;
  pickle.dict().mark();
  pickle.text("a").global("os", "system").mark().text("touch " + witness).tuple().reduce();
  pickle.text("b").global("builtins", "exec").mark().text("open('" + witness + "', 'w')").tuple().reduce();
  pickle.text("c").global("mine", "List").raw(")R").mark().number(1).raw("e");                  // APPENDS
  pickle.text("d").global("mine", "Dict").raw(")\x81").mark().text("k").number(1).set_items();  // NEWOBJ
  pickle.text("e")
      .global("mine", "Slots")
      .raw(
          ")\x81N}\x86"
          "b");                                                      // BUILD
  pickle.text("f").mark().global("mine", "Old").number(1).raw("o");  // OBJ
  pickle.text("g").global("mine", "New").raw(")}\x92");              // NEWOBJ_EX
  pickle.text("x").tensor("0", 4, {4}, {1}).set_items();
  CHECK(read(pickle).weights.entries().size() == 1);
  CHECK_FALSE(std::filesystem::exists(witness));
}

TEST_CASE("dicts and texts as Python 2 wrote them, and numbers of every length") {
  Pickle pickle;  // OrderedDict([["x", tensor]]) with SHORT_BINSTRING and BINSTRING.
  pickle.global("collections", "OrderedDict").mark().raw("](").raw("](U\x01x").tensor("0", 4, {2, 2}, {2, 1});
  pickle.raw("e](T\x01\0\0\0y"s).tensor("0", 4, {4}, {1}).raw("ee").tuple().reduce();
  const Checkpoint found = read(pickle);
  CHECK(found.weights.find("x")->shape() == Shape{2, 2});
  CHECK(found.weights.find("y")->shape() == Shape{4});
  Pickle numbers;
  numbers.dict().mark().text("n").raw(
      "(K\x01M\x01\x02J\xff\xff\xff\xff\x8a\x00\x8a\x01\x80\x8b\x01\x00\x00\x00\x7f"
      "G\x3f\xf0\x00\x00\x00\x00\x00\x00\x88\x89Nt"s);
  numbers.text("x").tensor("0", 4, {4}, {1}).set_items();
  CHECK(read(numbers).weights.entries().size() == 1);
}

TEST_CASE("a dict that holds itself, or is held a million times, ends") {
  Pickle cycle;
  cycle.raw("}q\x01(").text("self").raw("h\x01").text("x").tensor("0", 4, {4}, {1}).set_items();
  CHECK(read(cycle).weights.entries().size() == 1);
  // Each dict holds the one before twice.
  Pickle doubling;
  doubling.raw("}q\x00("s).text("x").tensor("0", 4, {4}, {1}).set_items().raw("0");
  for (char i = 1; i < 100; ++i) {
    doubling.raw("}q"s + i + "(")
        .text("a")
        .raw("h"s + static_cast<char>(i - 1))
        .text("b")
        .raw("h"s + static_cast<char>(i - 1));
    doubling.set_items().raw("0");
  }
  CHECK(contains(refusal(doubling.raw("h\x63")), "found a dict without tensors in it"));  // Too deep.
}

TEST_CASE("pickles that ask for too much memory are refused") {
  Pickle copies;  // A list of 1000 pairs, of which every call makes a dict.
  copies.raw("](");
  for (int i = 0; i < 1000; ++i) copies.raw("NN\x86");
  copies.raw("eq\x01").global("collections", "OrderedDict").raw("q\x02");
  for (int i = 0; i < 10'000; ++i) copies.raw("h\x02h\x01\x85R0");
  CHECK(contains(refusal(copies), "makes more objects than any checkpoint has"));
  Pickle nested;
  nested.raw(std::string(5'000'000, ']'));
  CHECK(contains(refusal(nested), "makes more objects than any checkpoint has; it is damaged or hostile"));
  Pickle pushed;
  pushed.raw(std::string(40'000'000, 'N'));
  CHECK(contains(refusal(pushed), "makes more objects than any checkpoint has"));
  // A long name, repeated by five bytes each time.
  Pickle names;
  names.text(std::string(60'000, 'm')).raw("q\x01");
  for (int i = 0; i < 100'000; ++i) names.raw("h\x01h\x01\x93");
  CHECK(contains(refusal(names), "makes more objects than any checkpoint has"));
}

TEST_CASE("pickles that are damaged say where") {
  CHECK(contains(refusal(Pickle().raw("\xff")), "there is the unknown instruction 0xff at byte 3"));
  CHECK(contains(refusal(Pickle().raw("I1\n")), "there is the unknown instruction 0x49"));
  CHECK(contains(refusal(Pickle().raw("")), "an operand is missing"));
  CHECK(contains(refusal(Pickle().raw("R")), "an operand is missing"));
  CHECK(contains(refusal(Pickle().raw("t")), "a mark is missing"));
  CHECK(contains(refusal(Pickle().raw("}(Nu")), "a key has no value"));
  CHECK(contains(refusal(Pickle().raw("N(0")), "an operand is missing"));
  CHECK(contains(refusal(Pickle().raw("N\x85(\x86")), "an operand is missing"));
  CHECK(contains(refusal(Pickle().raw("h\x05")), "object 5 is used before it was made"));
  CHECK(contains(refusal(Pickle().raw("NN\x93")), "the name of a class is no text"));
  CHECK(contains(refusal(Pickle().raw("NNR")), "the arguments of a call are no tuple"));
  CHECK(contains(refusal(Pickle().raw("(o")), "an object has no class"));
  CHECK(contains(refusal(Pickle().raw("X\xff\xff\xff\xff")), "where 4294967294 more are expected"));
  CHECK(contains(refusal(Pickle().raw("\x8e\xff\xff\xff\xff\xff\xff\xff\xff")),
                 "where 18446744073709551614 more"));
  CHECK(contains(refusal(Pickle().raw("c" + std::string(70'000, 'a'))), "has a line without end"));
  CHECK(contains(refusal(Pickle().raw("NQ")), "an object outside the pickle has no kind"));
  CHECK(contains(refusal(Pickle().mark().text("storage").tuple().raw("Q")), "a storage lacks its class"));
  CHECK(contains(refusal(Pickle().mark().text("file").tuple().raw("Q")), "is of the unknown kind 'file'"));
}

TEST_CASE("tensors that reach beyond what is stored are refused before memory is asked for") {
  CHECK(tensor_refusal(4, {2, 2}, {2, 1}) == "no error");
  CHECK(tensor_refusal(4, {100, 2}, {0, 1}, 2) == "no error");  // Expanded.
  CHECK(tensor_refusal(4, {1, 2}, {INT64_MAX, 1}) == "no error");
  CHECK(contains(tensor_refusal(4, {2, 2}, {2, 1}, 1),
                 "tensor 'x' of shape [2, 2] and strides [2, 1] reaches beyond its storage of 16 bytes"));
  CHECK(contains(tensor_refusal(4, {2}, {INT64_MAX}), "reaches beyond its storage"));
  CHECK(contains(tensor_refusal(4, {2, 2}, {INT64_MAX / 2, INT64_MAX / 2}), "reaches beyond its storage"));
  CHECK(contains(tensor_refusal(4, {1}, {1}, INT64_MAX), "reaches beyond its storage"));
  CHECK(contains(tensor_refusal(5, {4}, {1}),
                 "lies in a storage of 5 elements of float32, but 16 bytes are stored"));
  CHECK(contains(tensor_refusal(4, {INT64_MAX, INT64_MAX}, {0, 0}), "need far more memory than a file of"));
  CHECK(contains(tensor_refusal(4, {int64_t{1} << 30}, {0}), "need far more memory than a file of"));
  CHECK(contains(tensor_refusal(4, {-1}, {1}), "the sizes of a tensor or storage are no counts"));
  CHECK(contains(tensor_refusal(4, {1}, {-1}), "the strides of a tensor or storage are no counts"));
  CHECK(contains(tensor_refusal(4, {1, 1}, {1}), "has not as many strides as sizes"));
  CHECK(contains(tensor_refusal(4, Shape(40, 1), Shape(40, 1)),
                 "the sizes of a tensor are no list of at most 32"));
  CHECK(contains(tensor_refusal(4, {1}, {1}, 0, "NoStorage"), "is of the unknown class 'torch.NoStorage'"));
  CHECK(contains(tensor_refusal(2, {2}, {1}, 0, "LongStorage"),
                 "tensor 'x' has the type int64, expected float32, float16, bfloat16 or float64"));
  CHECK(contains(tensor_refusal(2, {2}, {1}, 0, "ComplexFloatStorage"), "tensor 'x' has the type complex64"));
}

TEST_CASE("a key of a storage cannot lead out of the archive") {
  CHECK(contains(
      refusal(Pickle().dict().mark().text("x").tensor("../../../etc/passwd", 4, {4}, {1}).set_items()),
      "the member 'archive/data/../../../etc/passwd' of the archive is missing"));
}
