/// @file
/// What stands in front of a network's own names in weight files of PyTorch. For the loaders' own use.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "engine/networks/left_out.h"

namespace dpac {

/// "state_dict/module.conv1.weight" -> "state_dict.conv1.weight": with dots, and without the components that
/// DataParallel (module), torch.compile (_orig_mod) and FSDP put in anywhere.
std::string plain_name(const std::string& path);

/// "a.b." -> {"a", "b"}; a name's last component too.
std::vector<std::string> components(const std::string& name);

/// Whether all components of a prefix are usual ones of wrappers and checkpoints: "model.backbone.".
bool is_known_wrapper(const std::string& prefix);

/// Collects the wrappers that were dropped from names.
class WrapperNotes {
 public:
  /// The components of `path` that plain_name() drops, and those of `prefix`.
  void add(const std::string& path, const std::string& prefix);

  [[nodiscard]] LeftOut left_out() const;

 private:
  std::vector<std::string> wrappers_;
};

/// The one of several places of networks that is meant: usual wrappers go before others, and weights before
/// their averages ("ema."). Where that was a choice, a sentence is added to `assumed`.
/// @throws Error, beginning with `file`, if none of them goes before the others. `prefixes` is not empty.
std::string choose_prefix(const std::string& file, const std::set<std::string>& prefixes,
                          std::vector<std::string>& assumed);

/// Buffers that no inference needs: num_batches_tracked, position_ids, n_averaged.
bool is_counter(const std::string& name);

}  // namespace dpac
