// The safetensors format, written here byte by byte.
#include <cstring>

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "engine/networks/resnet.h"
#include "loaders/checkpoint.h"
#include "tests/support/checkpoints.h"
#include "tests/support/messages.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

std::string length_of(uint64_t length) {
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes;
}

std::string file_of(const std::string& header, const std::string& data) {
  return length_of(header.size()) + header + data;
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape, int64_t begin,
                  int64_t end) {
  return fmt::format(R"("{}":{{"dtype":"{}","shape":{},"data_offsets":[{},{}]}})", name, dtype, shape, begin,
                     end);
}

std::string object(const std::string& entries) {
  return fmt::format("{{{}}}", entries);
}

template <class T>
std::string raw(const std::vector<T>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

Checkpoint read(const std::string& bytes) {
  const TempFolder folder;
  return open_checkpoint(folder.write("x.safetensors", bytes));
}

std::vector<float> values_of(const Checkpoint& checkpoint, const char* name) {
  const Tensor* tensor = checkpoint.weights.find(name);
  REQUIRE(tensor != nullptr);
  return {tensor->values().begin(), tensor->values().end()};
}

/// Why a file is refused, without the path that the message begins with.
std::string refusal(const std::string& bytes) {
  const TempFolder folder;
  const auto path = folder.write("x.safetensors", bytes);
  const std::string message = message_of([&] { (void)open_checkpoint(path); });
  REQUIRE(message.starts_with(path.string() + ": "));
  return message.substr(path.string().size() + 2);
}

/// The same for one tensor "x" over `size` bytes of data.
std::string refusal(const std::string& entries, std::size_t size) {
  return refusal(file_of(object(entries), std::string(size, '\0')));
}

}  // namespace

TEST_CASE("safetensors of every float type, unaligned, empty, and of rank 0") {
  const std::string data = raw<uint16_t>({0x3e00, 0xc000, 0x0001}) + raw<float>({1.5f, -2}) +
                           raw<uint16_t>({0x3fc0, 0xc000}) + raw<double>({0.1}) + raw<int64_t>({7});
  const std::string header =
      R"({"__metadata__":{"format":"pt"},)" + entry("half", "F16", "[3]", 0, 6) + "," +
      entry("single", "F32", "[2,1]", 6, 14) + "," + entry("brain", "BF16", "[2]", 14, 18) + "," +
      entry("scalar", "F64", "[]", 18, 26) + "," + entry("bn.num_batches_tracked", "I64", "[]", 26, 34) +
      "," + entry("none", "F32", "[0,3]", 34, 34) + "}   ";
  const Checkpoint checkpoint = read(file_of(header, data));
  CHECK(checkpoint.format == "safetensors");
  CHECK(checkpoint.weights.entries().size() == 5);
  CHECK(values_of(checkpoint, "half") == std::vector<float>{1.5f, -2, 0x1p-24f});
  CHECK(values_of(checkpoint, "single") == std::vector<float>{1.5f, -2});
  CHECK(checkpoint.weights.find("single")->shape() == Shape{2, 1});
  CHECK(values_of(checkpoint, "brain") == std::vector<float>{1.5f, -2});
  CHECK(values_of(checkpoint, "scalar") == std::vector<float>{0.1f});
  CHECK(checkpoint.weights.find("scalar")->shape().empty());
  CHECK(checkpoint.weights.find("none")->shape() == Shape{0, 3});
}

TEST_CASE("a ResNet in safetensors, wrapped or not") {
  const Checkpoint original = small_resnet();
  for (const std::string prefix : {"", "module.", "model."}) {
    std::string header, data;
    for (const auto& [name, weight] : original.weights.entries()) {
      const auto begin = static_cast<int64_t>(data.size());
      const auto values = weight.tensor.values();
      data += raw(std::vector<float>(values.begin(), values.end()));
      if (!header.empty()) header += ',';
      header += entry(prefix + name, "F32", to_string(weight.tensor.shape()), begin,
                      static_cast<int64_t>(data.size()));
    }
    const Checkpoint checkpoint = read(file_of(object(header), data));
    CHECK(first_difference(checkpoint.weights, original.weights) == "");
    CHECK(checkpoint.traits.preset == "cifar");
    CHECK(build_resnet(checkpoint).architecture == "ResNet6");
  }
}

TEST_CASE("safetensors headers that are no header") {
  CHECK(refusal(length_of(200'000'000) + "{}") ==
        "the safetensors header declares 200000000 bytes, but the file has 10; it is truncated or no "
        "safetensors file");
  CHECK(contains(refusal(length_of(UINT64_MAX) + "{}"), "declares 18446744073709551615 bytes"));
  CHECK(contains(refusal(length_of(3) + "{}"), "declares 3 bytes, but the file has 10"));
  CHECK(refusal(file_of("{\"x\":", "")) ==
        "the safetensors header is no valid JSON: it is wrong at byte 6 of 5");
  CHECK(contains(refusal(file_of("{\"\xff\":1}", "")), "is no valid JSON"));
  CHECK(contains(refusal(file_of(R"({"x":)" + std::string(300, '['), "")), "nests deeper than 200 levels"));
  CHECK(contains(refusal(file_of(R"({"x":)" + std::string(1'000'000, '['), "")),
                 "nests deeper than 200 levels"));
  CHECK(contains(refusal(file_of("{\"x\":1}", "")), "the safetensors header is malformed"));
  CHECK(contains(refusal(file_of("{\"__metadata__\":{\"format\":3}}", "")), "is malformed"));
  CHECK(contains(refusal(file_of("{\"__metadata__\":[]}", "")), "is malformed"));
  CHECK(refusal(file_of("{\"__metadata__\":{\"format\":\"tf\"}}", "")) ==
        "the tensors were saved from 'tf', expected 'pt' (PyTorch names and layouts)");
}

TEST_CASE("safetensors that do not tile the data") {
  const std::string x = entry("x", "F32", "[1]", 0, 4);
  CHECK(refusal(x + "," + entry("y", "F32", "[1]", 8, 12), 12) ==
        "tensor 'y' begins at byte 8 of the data, expected 4 (neither gap nor overlap)");
  CHECK(contains(refusal(x + "," + entry("y", "F32", "[1]", 2, 6), 6), "'y' begins at byte 2 of the data"));
  CHECK(contains(refusal(entry("x", "F32", "[1]", 4, 8), 8), "'x' begins at byte 4 of the data, expected 0"));
  CHECK(refusal(x, 3) == "the tensors need 4 bytes of data, but the file has 3; it is truncated or damaged");
  CHECK(contains(refusal(x, 5), "the tensors need 4 bytes of data, but the file has 5"));
  CHECK(contains(refusal(entry("x", "F32", "[1]", 4, 0), 4), "tensor 'x' ends before it begins"));
}

TEST_CASE("safetensors entries that contradict themselves") {
  CHECK(refusal(entry("x", "F32", "[1]", 0, 4) + "," + entry("x", "F32", "[1]", 0, 4), 4) ==
        "the safetensors header names 'x' twice");
  CHECK(refusal(entry("x", "F16", "[2,3]", 0, 8), 8) ==
        "tensor 'x' of shape [2, 3] and type F16 declares 8 bytes, expected 12");
  CHECK(contains(refusal(entry("x", "F32", "[4294967296,4294967296]", 0, 4), 4), "more than the 4 GiB"));
  CHECK(contains(refusal(entry("x", "F32", "[1073741825]", 0, 4), 4), "more than the 4 GiB"));
  CHECK(contains(refusal(entry("x", "F32", "[-1]", 0, 4), 4), "no count of 63 bits"));
  CHECK(contains(refusal(entry("x", "F32", "[1.5]", 0, 4), 4), "no count of 63 bits"));
  CHECK(contains(refusal(entry("x", "F32", "[0,18446744073709551615]", 0, 0), 0), "no count of 63 bits"));
  CHECK(contains(refusal(entry("x", "F32", "1", 0, 4), 4), "tensor 'x' has number where a list is expected"));
  CHECK(contains(refusal(R"("x":{"dtype":"F32","shape":[1],"data_offsets":[0]})", 4),
                 "has 1 offsets, expected 2"));
  CHECK(contains(refusal(R"("x":{"dtype":"F32","data_offsets":[0,4]})", 4), "header is malformed"));
}

TEST_CASE("safetensors of other types and values are refused") {
  CHECK(
      refusal(entry("x", "I64", "[1]", 0, 8), 8) ==
      "tensor 'x' has type I64, expected F32, F16, BF16 or F64; convert it with .float(), or leave it out if "
      "it is no weight");
  // Before memory is asked for.
  CHECK(contains(refusal(entry("x", "F8_E4M3", "[1099511627776]", 0, 0), 0), "tensor 'x' has type F8_E4M3"));
  CHECK(contains(refusal(file_of(object(entry("x", "BF16", "[2]", 0, 4)), raw<uint16_t>({0, 0x7f80}))),
                 "dataset 'x' holds 1 values that are NaN or infinite, the first at position 1"));
}
