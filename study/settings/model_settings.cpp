#include "study/settings/model_settings.h"

#include <algorithm>

#include <fmt/format.h>

#include "engine/networks/bert.h"
#include "study/settings/setting_error.h"

namespace dpac {

int64_t ModelSettings::max_length_in_force(int64_t positions) const {
  if (!max_length) return std::min(kNominalTokens, positions);
  if (*max_length <= positions) return *max_length;
  throw SettingError(
      fmt::format("--max-length is {}, but {} has {} position embeddings", *max_length, called(), positions));
}

const char* ModelSettings::given() const {
  if (!weights.empty()) return "--weights";
  if (network) return "--network";
  if (input_size) return "--input-size";
  if (stride_in) return "--stride-in";
  if (no_head) return "--no-head";
  if (!config.empty()) return "--config";
  if (heads) return "--heads";
  return max_length ? "--max-length" : nullptr;
}

void ModelSettings::check(bool reads_text) const {
  const auto refuse = [this](const char* option, const char* kind) {
    throw SettingError(fmt::format("{} was given, but {} is no {}", option, called(), kind));
  };
  if (reads_text && input_size) refuse("--input-size", "network for images");
  if (reads_text && stride_in) refuse("--stride-in", "network for images");
  if (reads_text && no_head) refuse("--no-head", "network for images");
  if (reads_text) return;
  if (heads) refuse("--heads", "BERT");
  if (max_length) refuse("--max-length", "BERT");
}

}  // namespace dpac
