/// @file
/// Networks that people have and this engine cannot run, told by their weights' names: so that a refusal
/// begins with what is not supported.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dpac {

struct ForeignNetwork {
  std::string what;                ///< "RoBERTa".
  std::vector<std::string> names;  ///< The names that give it away, in the given order.
};

/// Unset where no name is known to be of another network than a plain ResNet or BERT.
std::optional<ForeignNetwork> foreign_network(const std::vector<std::string>& names);

/// "RoBERTa is not supported: only ResNets, MobileNetV2, ShuffleNetV2, GoogLeNet, InceptionV3 and BERT
/// encoders can be run".
std::string unsupported(const std::string& what);

/// "'a', 'b' and 7 more": five names at most, in quotes.
std::string quoted_examples(const std::vector<std::string>& names);

}  // namespace dpac
