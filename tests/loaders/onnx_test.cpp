// ONNX models against ONNX Runtime: tests/golden/make_onnx.py documents every file. And what is refused.
#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "engine/network.h"
#include "engine/networks/image_network.h"
#include "loaders/checkpoint.h"
#include "loaders/hdf5/hdf5_file.h"
#include "tests/support/messages.h"
#include "tests/support/network_runs.h"
#include "tests/support/temp_folder.h"

using namespace dpac;
using namespace dpac::test;

namespace {

namespace fs = std::filesystem;

const fs::path kFolder = fs::path(DPAC_GOLDEN_DIR) / "onnx";

Graph graph_of(const fs::path& file) {
  return build_image_network(open_checkpoint(file));
}

std::vector<float> floats(const Tensor& tensor) {
  return {tensor.values().begin(), tensor.values().end()};
}

std::string bytes_of(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// Logits of models as a file of outputs has them.
void expect_outputs(const std::string& file, const std::vector<std::string>& names) {
  const Hdf5File expected = Hdf5File::open(kFolder / file);
  for (const std::string& name : names) {
    CAPTURE(name);
    const Graph graph = graph_of(kFolder / (name + ".onnx"));
    Network network(graph, {.batch = 2});
    const std::vector<float> found = run(network, floats(expected.read_floats(name + "/image")), indices(2)),
                             logits = floats(expected.read_floats(name + "/logits"));
    CHECK(relative_error({logits.begin(), logits.end()}, found.data()) < 1e-5);
  }
}

template <class Op>
int count_of(const Graph& graph) {
  int count = 0;
  for (const Node& node : graph.nodes) count += std::holds_alternative<Op>(node.op);
  return count;
}

/// A model with one piece of its text in place of another of the same length.
std::string refusal_with(const std::string& from, const std::string& to) {
  const TempFolder folder;
  std::string bytes = bytes_of(kFolder / "vgg_old.onnx");
  REQUIRE(from.size() == to.size());
  for (std::size_t at = bytes.find(from); at != std::string::npos; at = bytes.find(from, at + 1)) {
    bytes.replace(at, from.size(), to);
  }
  return message_of([&] { (void)graph_of(folder.write("x.onnx", bytes)); });
}

}  // namespace

TEST_CASE("ONNX models of both of PyTorch's exporters give ONNX Runtime's logits") {
  expect_outputs("outputs.h5", {"mobile_old", "mobile_new", "shuffle_old", "shuffle_new", "vgg_old",
                                "vgg_new", "channels_last", "alias", "shuffle_relu", "listed", "external",
                                "pyramid_old", "pyramid_new", "resize", "upsample", "constants", "padded"});
  expect_outputs("gated_outputs.h5", {"gates_old", "gates_new", "response_old", "response_new"});
}

TEST_CASE("BatchNorm is folded, gates are one activation, a shuffle is one operation") {
  for (const std::string kind : {"old", "new"}) {
    CAPTURE(kind);
    const Graph mobile = graph_of(kFolder / ("mobile_" + kind + ".onnx")),
                shuffle = graph_of(kFolder / ("shuffle_" + kind + ".onnx")),
                vgg = graph_of(kFolder / ("vgg_" + kind + ".onnx"));
    CHECK(count_of<ChannelAffineOp>(mobile) == 0);
    CHECK(count_of<MultiplyOp>(mobile) == 1);
    CHECK(count_of<ConvolutionOp>(mobile) == 6);
    CHECK(count_of<ChannelShuffleOp>(shuffle) == 1);
    CHECK(count_of<SliceOp>(shuffle) == 2);
    CHECK(count_of<ConvolutionOp>(vgg) == 3);  // The first connected layer sees a whole map.
    CHECK(count_of<LinearOp>(vgg) == 1);
  }
}

TEST_CASE(
    "a gate that is expanded before a product is not, a convolution over channels has short dot products") {
  for (const std::string kind : {"old", "new"}) {
    CAPTURE(kind);
    const Graph graph = graph_of(kFolder / ("pyramid_" + kind + ".onnx"));
    CHECK(count_of<ResizeOp>(graph) == 3);  // Two between maps, one of a mean that is subtracted.
    CHECK(count_of<MultiplyOp>(graph) == 1);
    CHECK(count_of<PadOp>(graph) == 0);  // Within the convolution.
    std::vector<int64_t> groups;
    for (const Node& node : graph.nodes) {
      if (const auto* op = std::get_if<ConvolutionOp>(&node.op)) groups.push_back(op->groups);
    }
    CHECK(groups == std::vector<int64_t>{1, 1, 10});
  }
}

TEST_CASE("split attention is softmaxes over groups, learned maps are scales and offsets of elements") {
  for (const std::string kind : {"old", "new"}) {
    CAPTURE(kind);
    const Graph gates = graph_of(kFolder / ("gates_" + kind + ".onnx")),
                response = graph_of(kFolder / ("response_" + kind + ".onnx"));
    CHECK(count_of<SoftmaxOp>(gates) == 3);
    CHECK(count_of<ElementwiseAffineOp>(gates) == 3);
    CHECK(count_of<ChannelMeanOp>(gates) == 1);
    CHECK(count_of<ConcatOp>(gates) == 2);  // Of the selective kernel's paths; of groups that are swapped.
    CHECK(count_of<ResizeOp>(gates) == 0);
    CHECK(count_of<GlobalL2PoolOp>(response) == 2);
    CHECK(count_of<DivideOp>(response) == 2);
  }
}

TEST_CASE("small images of an ONNX model are not enlarged, and of other sizes cut to what it takes") {
  const Checkpoint small = open_checkpoint(kFolder / "mobile_old.onnx");
  REQUIRE(small.traits.input_size);
  CHECK((*small.traits.input_size)[0] < 64);
  CHECK(small.traits.preset == "cifar");
  CHECK(!small.traits.preprocessing.crop);
}

TEST_CASE("nodes of unknown operations are all told at once, by name and operation") {
  CHECK(
      contains(refusal_with("Tanh", "Sinh"), "is of operations that cannot be run: '/features/features.4/"));
  CHECK(contains(refusal_with("Relu", "Celu"), "2 nodes are of operations that cannot be run: "));
}

TEST_CASE("what would be taken for something else is refused by the node") {
  const auto refusal = [](const std::string& name) {
    return message_of([&] { (void)graph_of(kFolder / (name + ".onnx")); });
  };
  CHECK(contains(refusal("refused_batch"), "node 'rows' (Reshape) reshapes [batch, 8, 6, 5] to [batch, 8]"));
  CHECK(contains(refusal("refused_axes"), "node 'mul' (Mul) computes with maps whose axes differ"));
  CHECK(contains(refusal("refused_slice"), "node 'part' (Slice) looks for channels where none of the axes"));
  CHECK(contains(refusal("refused_gather"), "node 'view' (Gather) picks values of a map"));
  CHECK(contains(refusal("refused_softmax"), "node 'mul' (Mul) computes with what a softmax gives"));
  CHECK(contains(refusal("refused_cast"),
                 "node 'cast' (Cast) casts a map to what is no floating-point number"));
}

TEST_CASE("an ONNX file that is cut off, or is none, is refused") {
  const TempFolder folder;
  const std::string whole = bytes_of(kFolder / "vgg_old.onnx");
  for (const std::size_t size : {std::size_t{3}, whole.size() / 2, whole.size() - 1}) {
    const auto path = folder.write("x.onnx", whole.substr(0, size));
    CHECK(message_of([&] { (void)graph_of(path); }).starts_with(path.string() + ": "));
  }
  const auto text = folder.write("y.onnx", std::string("no model at all"));
  CHECK(contains(message_of([&] { (void)graph_of(text); }), "is no ONNX model, or is damaged"));
}

TEST_CASE("external data lies beside the model, or is refused") {
  const TempFolder folder;
  std::string model = bytes_of(kFolder / "external.onnx");
  const auto alone = folder.write("x.onnx", model);
  CHECK(contains(message_of([&] { (void)graph_of(alone); }), "lies in 'external.bin', which cannot be read"));
  folder.write("external.bin", bytes_of(kFolder / "external.bin").substr(0, 100));
  CHECK(contains(message_of([&] { (void)graph_of(alone); }), "of 'external.bin', which has 100"));
  for (std::size_t at = model.find("external.bin"); at != std::string::npos;
       at = model.find("external.bin", at)) {
    model.replace(at, 12, "../../nal.bi");
  }
  const auto outside = folder.write("y.onnx", model);
  CHECK(contains(message_of([&] { (void)graph_of(outside); }), "expected a file beside the model"));
}
