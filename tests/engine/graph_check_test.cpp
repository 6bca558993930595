// Graphs that cannot run are refused with all that is wrong, by node and rule.
#include <doctest/doctest.h>

#include "engine/graph/graph.h"
#include "engine/network.h"
#include "tests/support/messages.h"

using namespace dpac;
using namespace dpac::test;

namespace {

SharedTensor zeros(const Shape& shape) {
  return share(Tensor(shape, std::vector<float>(static_cast<std::size_t>(element_count(shape)), 0.5f)));
}

ConvolutionOp convolution(int64_t out, int64_t in, int kernel = 1) {
  const int pad = kernel / 2;
  return {{kernel, 1, pad, pad, pad, pad, 1},
          zeros({out, in, kernel, kernel}),
          std::vector<float>(static_cast<std::size_t>(out), 0.0f)};
}

LinearOp linear(int64_t out, int64_t in) {
  return {zeros({out, in}), std::vector<float>(static_cast<std::size_t>(out), 0.0f)};
}

/// input -> conv -> pool -> fc.
Graph small_graph() {
  Graph graph;
  graph.add("input", InputOp{{3, 6, 6}});
  graph.add("conv", convolution(16, 3, 3), {0});
  graph.add("pool", GlobalAveragePoolOp{}, {1});
  graph.add("fc", linear(10, 16), {2});
  return graph;
}

EmbeddingOp embedding() {
  return {zeros({20, 16}), zeros({8, 16}), zeros({1, 16}), 8};
}

/// The only thing that is wrong.
std::string violation(const Graph& graph) {
  const std::vector<std::string> found = check(graph);
  REQUIRE(found.size() == 1);
  CHECK(message_of([&] { Network network(graph, {}); }) == "the graph cannot run: " + found.front());
  return found.front();
}

/// What is wrong with an operation behind the convolution.
std::string wrong(Op op, std::vector<int> inputs = {1}) {
  Graph graph = small_graph();
  graph.nodes.resize(2);
  graph.add("x", std::move(op), std::move(inputs));
  const std::vector<std::string> found = check(graph);
  return found.empty() ? "nothing" : found.front();
}

}  // namespace

TEST_CASE("a graph that can run has no violations") {
  CHECK(check(small_graph()).empty());
  const std::vector<Value> values = derive_values(small_graph());
  CHECK(values[1].shape == MapShape{16, 6, 6});
  CHECK(values[3].shape == MapShape{10, 1, 1});
  CHECK(output_channels(small_graph()) == 10);
}

TEST_CASE("every violation is told at once") {
  Graph graph = small_graph();
  graph.nodes[3].name = "conv";
  std::get<ConvolutionOp>(graph.nodes[1].op).bias.resize(4);
  graph.add("late", GlobalAveragePoolOp{}, {9});
  CHECK(check(graph) == std::vector<std::string>{"node 'conv' has a bias of 4 values for 16 outputs",
                                                 "node 'conv' has the name of an earlier node",
                                                 "node 'late' reads node 9, which is not before it",
                                                 "node 'conv' is read by no node and is not the last"});
}

TEST_CASE("nodes have an order, names and one input") {
  CHECK(violation({}) == "the graph has no nodes");
  Graph graph = small_graph();
  graph.nodes[1].name = "";
  CHECK(violation(graph) == "node 1 has no name");
  graph = small_graph();
  graph.nodes[1].inputs = {2};
  CHECK(check(graph)[0] == "node 'conv' reads node 2, which is not before it");
  graph = small_graph();
  graph.nodes[1].inputs = {-1};
  CHECK(check(graph)[0] == "node 'conv' reads node -1, which is not before it");
  graph = small_graph();
  graph.nodes[2].op = InputOp{{3, 1, 1}};
  CHECK(contains(check(graph)[0], "node 'pool' is a second input"));
  graph = small_graph();
  graph.nodes.erase(graph.nodes.begin());
  CHECK(contains(check(graph)[0], "node 'conv' is the first and no input"));
}

TEST_CASE("the last node gives a vector, and something is analog") {
  Graph graph = small_graph();
  graph.nodes.resize(2);
  CHECK(violation(graph) ==
        "node 'conv' is the last and gives a map of 16x6x6 (channels, height, width), expected "
        "one of one pixel: pool it");
  graph = small_graph();
  graph.nodes = {graph.nodes[0], {"pool", GlobalAveragePoolOp{}, {0}}};
  CHECK(violation(graph) ==
        "the graph has no convolution, linear layer or attention: nothing in it is analog");
}

TEST_CASE("shapes have to fit each op") {
  CHECK(wrong(convolution(8, 5)) ==
        "node 'x' has weights of shape [8, 5, 1, 1], expected [outputs, 16, 1, 1]");
  ConvolutionOp grouped = convolution(9, 4);
  grouped.groups = 4;
  CHECK(wrong(grouped) == "node 'x' has 4 groups for 9 output channels");
  grouped.groups = 3;
  CHECK(wrong(grouped) == "node 'x' has 3 groups for 16 input channels");
  CHECK(contains(wrong(MaxPoolOp{{9, 1, 0, 0, 0, 0, 1}}),
                 "a window of 9x9 pixels, which does not fit its input"));
  CHECK(contains(wrong(MaxPoolOp{{2, 1, 2, 0, 0, 0, 1}}), "a window that lies in the padding alone"));
  CHECK(contains(wrong(MaxPoolOp{{2, 0, 0, 0, 0, 0, 1}}), "a kernel, stride or dilation below 1"));
  CHECK(contains(wrong(linear(4, 16)), "takes tokens or a map of one pixel, but is given one of 16x6x6"));
  CHECK(contains(wrong(AddOp{}, {0, 1}), "adds maps of different shapes: 3x6x6 and 16x6x6"));
  CHECK(contains(wrong(AddOp{}, {1}), "takes 2 inputs, but is given 1"));
  CHECK(contains(wrong(MultiplyOp{}, {0, 1}), "multiplies maps of 3x6x6 and 16x6x6"));
  CHECK(contains(wrong(DivideOp{}, {1, 0}), "divides maps of different shapes: 16x6x6 and 3x6x6"));
  CHECK(contains(wrong(SoftmaxOp{3}), "takes the softmax over 3 groups of 16 channels"));
  CHECK(contains(wrong(SoftmaxOp{0}), "takes the softmax over 0 groups of 16 channels"));
  CHECK(contains(wrong(ChannelExpandOp{4}), "expands 16 channels to 4, expected one channel to some"));
  CHECK(contains(wrong(ElementwiseAffineOp{}), "lacks a scale and an offset for every element of a map"));
  CHECK(contains(wrong(ElementwiseAffineOp{zeros({16, 6, 6}), zeros({16, 6, 1})}), "of a map of 16x6x6"));
  CHECK(contains(wrong(ChannelMeanOp{}, {}), "takes 1 input, but is given 0"));
  CHECK(contains(wrong(GlobalL2PoolOp{}, {0, 1}), "takes 1 input, but is given 2"));
  CHECK(contains(wrong(SliceOp{4, 17}), "takes channels 4 to 17 of 16"));
  CHECK(contains(wrong(ChannelShuffleOp{3}), "shuffles 16 channels in 3 groups"));
  CHECK(contains(wrong(ChannelAffineOp{{1.0f}, {1.0f}}), "has 1 scales and 1 offsets for 16 channels"));
  CHECK(contains(wrong(ActivationOp{ActivationOp::Kind::clip, 2, 1}), "has the parameters 2 and 1"));
  CHECK(contains(wrong(ConcatOp{}, {}), "joins no maps"));
  CHECK(contains(wrong(PadOp{-3, 5, -3, 0}), "cuts off all of a map of 16x6x6"));
  CHECK(contains(wrong(ResizeOp{{0, 2}, {4, 2}}), "resizes to 0 rows by the factor 2, expected"));
  CHECK(contains(wrong(ResizeOp{{4, 2}, {4, 0}}), "resizes to 4 columns by the factor 0, expected"));
  CHECK(contains(wrong(SubsampleOp{2, 10, 0}), "keeps 16 channels behind 0 new ones"));
}

TEST_CASE("attention is for the tokens of a sequence, windows for images") {
  CHECK(contains(wrong(AttentionOp{2}, {1, 1, 1}),
                 "takes the tokens of a sequence, but is given the map of an image"));
  CHECK(contains(wrong(TokenPoolOp{}), "takes the tokens of a sequence"));
  Graph text;
  text.add("words", embedding());
  text.add("x", convolution(4, 16), {0});
  CHECK(
      contains(check(text)[0], "node 'x' takes the map of an image, but is given the tokens of a sequence"));
}
