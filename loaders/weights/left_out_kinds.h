/// @file
/// What a weight file or its folder may have beside the network: LeftOut::what of each.
#pragma once

#include <algorithm>
#include <array>

#include "engine/networks/left_out.h"

namespace dpac {

inline constexpr const char* kCounters = "counters and other integers";
inline constexpr const char* kWrappers = "wrappers of names";
inline constexpr const char* kHeadsOfPreTraining = "tensors of heads of pre-training";
inline constexpr const char* kBesideWeights = "datasets beside the weights";
inline constexpr const char* kAuxiliary = "tensors of auxiliary classifiers, which only training needs";
inline constexpr const char* kStrangers = "tensors beside the network";
inline constexpr const char* kOtherFiles = "weight files beside the one taken";
inline constexpr const char* kUnknownConfigs = "configurations of no known kind";

/// Whether it is what files have by their format or custom, so that it need not be said every time.
inline bool is_usual(const LeftOut& left_out) {
  constexpr std::array kUsual = {kCounters, kWrappers, kHeadsOfPreTraining, kBesideWeights};
  return std::any_of(kUsual.begin(), kUsual.end(), [&](const char* kind) { return left_out.what == kind; });
}

}  // namespace dpac
