// What the fusion pass joins, and what it leaves as it is. That fused graphs compute the same is what
// network_test.cpp and analog_model_test.cpp hold it to.
#include "engine/graph/fuse.h"

#include <doctest/doctest.h>

#include "engine/graph/fused_graph.h"
#include "engine/noise/quantization.h"

using namespace dpac;

namespace {

ConvolutionOp one_by_one(int64_t out, int64_t in) {
  const Shape shape{out, in, 1, 1};
  return {{},
          share(Tensor(shape, std::vector<float>(static_cast<std::size_t>(out * in), 1.0f))),
          std::vector<float>(static_cast<std::size_t>(out), 0.0f)};
}

/// Begins with an image and a convolution.
class Chain {
 public:
  Chain() {
    graph.add("input", InputOp{{3, 4, 4}});
    graph.add("stem", one_by_one(8, 3), {0});
  }

  int convolution(const std::string& name, int from) { return graph.add(name, one_by_one(8, 8), {from}); }
  int relu(const std::string& name, int from) { return graph.add(name, ActivationOp{}, {from}); }
  int sum(const std::string& name, int a, int b) { return graph.add(name, AddOp{}, {a, b}); }

  FusedGraph fused(int last) {
    graph.add("pool", GlobalAveragePoolOp{}, {last});
    return fuse(graph);
  }

  Graph graph;
};

std::vector<std::string> names(const FusedGraph& graph) {
  std::vector<std::string> all;
  for (const FusedNode& node : graph.nodes) all.push_back(node.name);
  return all;
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("activation, or sum and ReLU, behind a product are part of it") {
  Chain c;
  const int a = c.relu("a", 1);
  const FusedGraph graph = c.fused(c.relu("out", c.sum("sum", c.convolution("conv", a), a)));
  CHECK(names(graph) == Names{"input", "stem", "conv", "pool"});
  CHECK(graph.nodes[1].activation == Activation::relu);
  CHECK(graph.nodes[1].result.empty());
  CHECK(graph.nodes[2].residual == 1);
  CHECK(graph.nodes[2].relu_after_residual);
  CHECK(graph.nodes[2].result == "out");
  CHECK(graph.nodes[2].value.shape == MapShape{8, 4, 4});
}

TEST_CASE("a sum behind an activation stays a sum") {
  Chain c;
  const FusedGraph graph = c.fused(c.sum("sum", c.relu("a", c.convolution("conv", 1)), 1));
  CHECK(names(graph) == Names{"input", "stem", "conv", "sum", "pool"});
  CHECK(graph.nodes[2].activation == Activation::relu);
  CHECK(graph.nodes[2].residual == kNone);
}

TEST_CASE("what others read too is not taken into a product") {
  Chain c;
  const int conv = c.convolution("conv", 1), a = c.relu("a", conv);
  const FusedGraph graph = c.fused(c.sum("sum", a, conv));
  CHECK(names(graph) == Names{"input", "stem", "conv", "a", "sum", "pool"});
  CHECK(graph.nodes[2].activation == Activation::none);
}

TEST_CASE("of two products that are added the later takes the sum") {
  Chain c;
  const int a = c.convolution("a", 1), b = c.convolution("b", 1);
  const FusedGraph graph = c.fused(c.sum("sum", a, b));
  CHECK(names(graph) == Names{"input", "stem", "a", "b", "pool"});
  CHECK(graph.nodes[3].residual == 2);
}

TEST_CASE("images are brought into the layout of maps for whatever is no plain convolution") {
  Chain c;
  c.graph.nodes.pop_back();
  const int pool = c.graph.add("max", MaxPoolOp{{2, 2, 0, 0, 0, 0, 1}}, {0});
  c.graph.add("conv", one_by_one(8, 3), {pool});
  const FusedGraph graph = c.fused(2);
  CHECK(names(graph) == Names{"input", "input.layout", "max", "conv", "pool"});
}

TEST_CASE("activations that an epilogue does not have stay operations") {
  Chain c;
  const int leaky = c.graph.add("leaky", ActivationOp{ActivationOp::Kind::leaky_relu, 0.1f}, {1});
  const FusedGraph graph = c.fused(leaky);
  CHECK(names(graph) == Names{"input", "stem", "leaky", "pool"});
  // And have a quantiser of their own.
  CHECK(quantized_tensors(graph).size() == 4);
}
