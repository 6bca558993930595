#include "engine/plans/weights/grouped_weights.h"

#include <algorithm>

#include "engine/onednn/onednn.h"
#include "kernels/layout.h"

namespace dpac {

bool is_depthwise(const FusedNode& node) {
  const Tensor& weights = analog_weights(node);
  return groups_of(node) > 1 && weights.dim(0) == groups_of(node) && weights.dim(1) == 1;
}

int64_t merged_groups(int64_t groups, int64_t in, int64_t out, int64_t block) {
  for (int64_t merged = 1; merged < groups; ++merged) {
    const bool whole = merged * in % block == 0 && merged * out % block == 0;
    if (groups % merged == 0 && whole) return merged;
  }
  return groups;
}

GroupedWeights::GroupedWeights(const FusedNode& node, int64_t in_channels, bool with_bias)
    : plain_(analog_weights(node).shape()), plain_groups_(groups_of(node)) {
  choose_groups(node, in_channels);
  weights_ = Tensor({is_depthwise(node) ? groups_ : plain_[0], in_per_group_, plain_[2], plain_[3]});
  std::fill(weights_.values().begin(), weights_.values().end(), 0.0f);
  fill(analog_weights(node).values().data());
  if (!with_bias) return;
  const auto bias = product_of(node).bias;
  bias_.assign(static_cast<std::size_t>(out_channels()), 0.0f);
  std::copy(bias.begin(), bias.end(), bias_.begin());
}

void GroupedWeights::choose_groups(const FusedNode& node, int64_t in_channels) {
  const int64_t block = onednn::channel_block();
  if (is_depthwise(node)) {
    groups_ = BlockedMap{in_channels, 1, static_cast<int>(block)}.padded_channels();
    return;
  }
  merged_ = merged_groups(plain_groups_, plain_[1], plain_[0] / plain_groups_, block);
  groups_ = plain_groups_ / merged_;
  in_per_group_ = merged_ * plain_[1];
}

void GroupedWeights::fill(const float* plain) {
  const int64_t taps = plain_[2] * plain_[3], row = plain_[1] * taps,
                out_per_group = plain_[0] / plain_groups_;
  for (int64_t o = 0; o < plain_[0]; ++o) {
    const int64_t first = o / out_per_group % merged_ * row;
    std::copy_n(plain + o * row, row, weights_.values().data() + o * in_per_group_ * taps + first);
  }
}

}  // namespace dpac
