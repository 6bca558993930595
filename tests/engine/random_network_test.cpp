#include "engine/networks/random/random_network.h"

#include <cmath>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "engine/graph/graph.h"
#include "engine/network.h"
#include "engine/networks/bert.h"
#include "engine/networks/image_network.h"
#include "kernels/error.h"
#include "tests/support/random_values.h"

using namespace dpac;

namespace {

/// Learned parameters, as torchvision's documentation (0.28; without auxiliary classifiers) and the papers'
/// implementations give them; of encoders, those of Hugging Face's models under a classifier of two classes.
struct Published {
  const char* network;
  int64_t parameters;
};

constexpr int64_t kHead = 2;  // Classes.

constexpr Published kPublished[] = {
    {"resnet20", 269'722},
    {"resnet32", 464'154},
    {"resnet44", 658'586},
    {"resnet56", 853'018},
    {"resnet110", 1'727'962},
    {"resnet18", 11'689'512},
    {"resnet34", 21'797'672},
    {"resnet50", 25'557'032},
    {"resnet101", 44'549'160},
    {"resnet152", 60'192'808},
    {"resnext50_32x4d", 25'028'904},
    {"resnext101_32x8d", 88'791'336},
    {"wide_resnet50_2", 68'883'240},
    {"wide_resnet101_2", 126'886'696},
    {"googlenet", 6'624'904},
    {"inception_v3", 23'834'568},
    {"mobilenet_v2", 3'504'872},
    {"shufflenet_v2_x0_5", 1'366'792},
    {"shufflenet_v2_x1_0", 2'278'604},
    {"shufflenet_v2_x1_5", 3'503'624},
    {"shufflenet_v2_x2_0", 7'393'996},
    {"minilm_l6", 22'713'216 + kHead * 385},
    {"minilm_l12", 33'360'000 + kHead * 385},
    {"bert_base", 109'482'240 + kHead * 769},
    {"bert_large", 335'141'888 + kHead * 1025},
};

/// Running means and variances are not learned.
int64_t learned_parameters(const Checkpoint& checkpoint) {
  int64_t count = 0;
  for (const auto& [name, entry] : checkpoint.weights.entries()) {
    if (name.find(".running_") == std::string::npos) count += element_count(entry.tensor.shape());
  }
  return count;
}

Graph built(Checkpoint checkpoint) {
  return checkpoint.bert ? build_bert(std::move(checkpoint)) : build_image_network(std::move(checkpoint));
}

std::vector<float> logits_of(const Graph& graph, const std::vector<float>& images, int64_t count) {
  Network network(graph, {.batch = count, .threads = 1});
  std::vector<int64_t> samples;
  for (int64_t i = 0; i < count; ++i) samples.push_back(i);
  std::vector<float> logits(static_cast<std::size_t>(count * network.classes()));
  network.run(images, samples, logits);
  return logits;
}

}  // namespace

TEST_CASE("every random network has the published number of parameters and makes up its graph") {
  std::set<std::string> tested;
  for (const auto& [network, parameters] : kPublished) {
    CAPTURE(network);
    Checkpoint checkpoint = random_checkpoint(network);
    CHECK(learned_parameters(checkpoint) == parameters);
    CHECK_NOTHROW(check(built(std::move(checkpoint))));
    tested.insert(network);
  }
  const std::vector<std::string> names = random_network_names();
  CHECK(tested == std::set<std::string>(names.begin(), names.end()));
}

TEST_CASE("a random network's logits are finite, neither tiny nor huge, and depend on the image") {
  for (const char* name :
       {"resnet110", "shufflenet_v2_x0_5", "mobilenet_v2", "googlenet", "resnext50_32x4d"}) {
    CAPTURE(name);
    const Graph graph = built(random_checkpoint(name));
    const MapShape input = input_shape(graph);
    const std::vector<float> images =
        test::random_values(static_cast<std::size_t>(2 * input.channels * input.pixels()), 1);
    const std::vector<float> logits = logits_of(graph, images, 2);
    const std::size_t classes = logits.size() / 2;
    double largest = 0, difference = 0;
    for (std::size_t i = 0; i < classes; ++i) {
      largest = std::max(largest, std::abs(static_cast<double>(logits[i])));
      difference = std::max(difference, std::abs(static_cast<double>(logits[i] - logits[classes + i])));
    }
    CHECK(std::isfinite(largest));
    CHECK(largest > 1e-3);
    CHECK(largest < 1e3);
    CHECK(difference > 1e-4 * largest);
  }
}

TEST_CASE("random networks are the same in every call, and unknown ones are refused") {
  const Checkpoint once = random_checkpoint("resnet20"), again = random_checkpoint("resnet20");
  for (const auto& [name, entry] : once.weights.entries()) {
    const auto a = entry.tensor.values(), b = again.weights.find(name)->values();
    CHECK(std::equal(a.begin(), a.end(), b.begin(), b.end()));
  }
  CHECK_THROWS_WITH_AS((void)random_checkpoint("resnet51"),
                       doctest::Contains("'resnet51' is no network of which random weights can be made; "
                                         "expected one of resnet20, resnet32"),
                       Error);
}
