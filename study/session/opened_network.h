/// @file
/// A network that is open already, for studies that follow one another.
#pragma once

#include <memory>
#include <string>

#include "engine/graph/graph.h"
#include "engine/networks/image_traits.h"
#include "kernels/api.h"
#include "study/settings/model_settings.h"
#include "study/support/remarks.h"

namespace dpac {

struct OpenedNetwork {
  Graph graph;
  std::string weights_sha256;
  std::string format;   ///< Of the weight files, for people.
  ResNetTraits traits;  ///< What the weights say of images; means nothing for text.
  Remarks remarks;      ///< On the weights.
};

/// For ModelSettings::opened. Without an input size in the settings, images have that of the weights.
/// @throws Error as open_checkpoint() and the networks' builders do, and SettingError for what only another
/// kind of network has.
DPAC_API std::shared_ptr<const OpenedNetwork> open_network(const ModelSettings& settings);

}  // namespace dpac
