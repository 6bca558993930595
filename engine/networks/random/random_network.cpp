#include "engine/networks/random/random_network.h"

#include <algorithm>
#include <variant>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engine/networks/random/random_families.h"
#include "kernels/error.h"

namespace dpac {
namespace {

using Family = std::variant<RandomCifarResNet, RandomResNet, RandomGoogLeNet, RandomInceptionV3,
                            RandomMobileNetV2, RandomShuffleNet, RandomBert>;

struct Member {
  std::string_view name;
  Family family;
};

constexpr Member kMembers[] = {
    {"resnet20", RandomCifarResNet{3}},
    {"resnet32", RandomCifarResNet{5}},
    {"resnet44", RandomCifarResNet{7}},
    {"resnet56", RandomCifarResNet{9}},
    {"resnet110", RandomCifarResNet{18}},
    {"resnet18", RandomResNet{.blocks = {2, 2, 2, 2}, .bottleneck = false}},
    {"resnet34", RandomResNet{.blocks = {3, 4, 6, 3}, .bottleneck = false}},
    {"resnet50", RandomResNet{.blocks = {3, 4, 6, 3}}},
    {"resnet101", RandomResNet{.blocks = {3, 4, 23, 3}}},
    {"resnet152", RandomResNet{.blocks = {3, 8, 36, 3}}},
    {"resnext50_32x4d", RandomResNet{.blocks = {3, 4, 6, 3}, .groups = 32, .width_per_group = 4}},
    {"resnext101_32x8d", RandomResNet{.blocks = {3, 4, 23, 3}, .groups = 32, .width_per_group = 8}},
    {"wide_resnet50_2", RandomResNet{.blocks = {3, 4, 6, 3}, .width_per_group = 128}},
    {"wide_resnet101_2", RandomResNet{.blocks = {3, 4, 23, 3}, .width_per_group = 128}},
    {"googlenet", RandomGoogLeNet{}},
    {"inception_v3", RandomInceptionV3{}},
    {"mobilenet_v2", RandomMobileNetV2{}},
    {"shufflenet_v2_x0_5", RandomShuffleNet{{24, 48, 96, 192, 1024}}},
    {"shufflenet_v2_x1_0", RandomShuffleNet{{24, 116, 232, 464, 1024}}},
    {"shufflenet_v2_x1_5", RandomShuffleNet{{24, 176, 352, 704, 1024}}},
    {"shufflenet_v2_x2_0", RandomShuffleNet{{24, 244, 488, 976, 2048}}},
    {"minilm_l6", RandomBert{6, 384, 12}},
    {"minilm_l12", RandomBert{12, 384, 12}},
    {"bert_base", RandomBert{12, 768, 12}},
    {"bert_large", RandomBert{24, 1024, 16}},
};

const Family& family_of(std::string_view name) {
  const auto* member =
      std::find_if(std::begin(kMembers), std::end(kMembers), [&](const Member& m) { return m.name == name; });
  if (member != std::end(kMembers)) return member->family;
  throw Error(fmt::format("'{}' is no network of which random weights can be made; expected one of {}", name,
                          fmt::join(random_network_names(), ", ")));
}

}  // namespace

std::vector<std::string> random_network_names() {
  std::vector<std::string> names;
  for (const Member& member : kMembers) names.emplace_back(member.name);
  return names;
}

Checkpoint random_checkpoint(std::string_view name) {
  const Family& family = family_of(name);
  RandomWeights weights;
  std::visit([&](const auto& member) { fill(member, weights); }, family);
  Checkpoint checkpoint;
  checkpoint.path = name;
  checkpoint.format = "random weights";
  checkpoint.weights = weights.take();
  if (const auto* bert = std::get_if<RandomBert>(&family)) checkpoint.bert = BertTraits{.heads = bert->heads};
  return checkpoint;
}

}  // namespace dpac
