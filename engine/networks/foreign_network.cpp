#include "engine/networks/foreign_network.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace dpac {
namespace {

struct Trait {
  std::string_view part;  ///< Of a name with a dot in front.
  std::string_view network;
};

/// The surest first: RoBERTa's names also have what all Transformers' have.
constexpr std::array kTraits = {
    Trait{".roberta.", "RoBERTa"},
    Trait{".distilbert.", "DistilBERT"},
    Trait{".electra.", "ELECTRA"},
    Trait{".albert.", "ALBERT"},
    Trait{".deberta.", "DeBERTa"},
    Trait{".mpnet.", "MPNet"},
    Trait{".longformer.", "Longformer"},
    Trait{".lora_A.", "an adapter without its network (LoRA)"},
    Trait{".patch_embed", "a Vision Transformer"},
    Trait{".cls_token", "a Vision Transformer"},
    Trait{".transformer.h.", "GPT-2"},
    Trait{".self_attn.", "a Transformer other than BERT"},
    Trait{".se.", "SE-ResNet (squeeze-and-excitation)"},
    Trait{".se_module.", "SE-ResNet (squeeze-and-excitation)"},
    Trait{".conv1.0.", "a ResNet with a deep stem (ResNet-C, ResNet-D)"},
    Trait{".conv_stem.", "EfficientNet or MobileNetV3"},
    Trait{".trunk_output.", "RegNet"},
    Trait{".downsample_layers.", "ConvNeXt"},
    Trait{".stages.0.blocks.", "ConvNeXt or another network of stages"},
    Trait{".features.", "a network of 'features' (VGG, DenseNet, EfficientNet, ...)"},
};

}  // namespace

std::optional<ForeignNetwork> foreign_network(const std::vector<std::string>& names) {
  for (const Trait& trait : kTraits) {
    ForeignNetwork found{.what = std::string(trait.network), .names = {}};
    std::copy_if(names.begin(), names.end(), std::back_inserter(found.names),
                 [&](const std::string& name) { return ("." + name).find(trait.part) != std::string::npos; });
    if (!found.names.empty()) return found;
  }
  return std::nullopt;
}

std::string unsupported(const std::string& what) {
  return fmt::format(
      "{} is not supported: only ResNets, MobileNetV2, ShuffleNetV2, GoogLeNet, InceptionV3 and BERT "
      "encoders can be run",
      what);
}

std::string quoted_examples(const std::vector<std::string>& names) {
  constexpr std::size_t kMost = 5;
  std::vector<std::string> quoted;
  for (const std::string& name : names) {
    if (quoted.size() < kMost) quoted.push_back(fmt::format("'{}'", name));
  }
  std::string text = fmt::format("{}", fmt::join(quoted, ", "));
  if (names.size() > kMost) text += fmt::format(" and {} more", names.size() - kMost);
  return text;
}

}  // namespace dpac
