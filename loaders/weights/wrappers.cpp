#include "loaders/weights/wrappers.h"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "kernels/error.h"
#include "loaders/weights/left_out_kinds.h"

namespace dpac {
namespace {

constexpr std::array<std::string_view, 4> kTransparent = {"module", "_orig_mod", "_fsdp_wrapped_module",
                                                          "_checkpoint_wrapped_module"};

constexpr std::array<std::string_view, 17> kUsual = {
    "state_dict", "model_state_dict", "model_state", "model",  "net",        "network",
    "base_model", "backbone",         "encoder",     "resnet", "auto_model", "0",
    "weights",    "params",           "state",       "base",   "trunk"};

constexpr std::array<std::string_view, 7> kAverages = {
    "ema", "model_ema", "ema_model", "ema_state_dict", "state_dict_ema", "averaged_model", "params_ema"};

template <std::size_t kCount>
bool is_in(const std::array<std::string_view, kCount>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// The smaller, the likelier it is what somebody wants to run.
int rank(const std::string& prefix) {
  constexpr int kAverage = 1, kUnknown = 100;
  int sum = 0;
  for (const std::string& word : components(prefix)) {
    if (is_in(kAverages, word)) {
      sum += kAverage;
    } else if (!is_in(kUsual, word)) {
      sum += kUnknown;
    }
  }
  return sum;
}

std::string dotted(std::string path) {
  std::replace(path.begin(), path.end(), '/', '.');
  return path;
}

std::string shown(const std::string& prefix) {
  return prefix.empty() ? "no prefix" : fmt::format("'{}'", prefix);
}

}  // namespace

std::vector<std::string> components(const std::string& name) {
  std::vector<std::string> parts;
  for (std::size_t begin = 0; begin < name.size();) {
    const std::size_t end = std::min(name.find('.', begin), name.size());
    parts.push_back(name.substr(begin, end - begin));
    begin = end + 1;
  }
  return parts;
}

std::string plain_name(const std::string& path) {
  std::vector<std::string> parts = components(dotted(path));
  std::erase_if(parts, [](const std::string& part) { return is_in(kTransparent, part); });
  return fmt::format("{}", fmt::join(parts, "."));
}

bool is_known_wrapper(const std::string& prefix) {
  const std::vector<std::string> parts = components(prefix);
  return std::all_of(parts.begin(), parts.end(), [](const std::string& part) {
    return is_in(kUsual, part) || is_in(kAverages, part) || is_in(kTransparent, part);
  });
}

void WrapperNotes::add(const std::string& path, const std::string& prefix) {
  const auto note = [this](const std::string& word) {
    if (std::find(wrappers_.begin(), wrappers_.end(), word) == wrappers_.end()) wrappers_.push_back(word);
  };
  for (const std::string& part : components(prefix)) note(part);
  for (const std::string& part : components(dotted(path))) {
    if (is_in(kTransparent, part)) note(part);
  }
}

LeftOut WrapperNotes::left_out() const {
  LeftOut left_out{.what = kWrappers};
  for (const std::string& wrapper : wrappers_) left_out.add(wrapper + ".");
  return left_out;
}

std::string choose_prefix(const std::string& file, const std::set<std::string>& prefixes,
                          std::vector<std::string>& assumed) {
  const auto before = [](const std::string& a, const std::string& b) { return rank(a) < rank(b); };
  const std::string best = *std::min_element(prefixes.begin(), prefixes.end(), before);
  if (prefixes.size() == 1) return best;
  std::vector<std::string> places;
  for (const std::string& prefix : prefixes) places.push_back(shown(prefix));
  const auto as_good = [&](const std::string& prefix) { return rank(prefix) == rank(best); };
  if (std::count_if(prefixes.begin(), prefixes.end(), as_good) > 1) {
    throw Error(fmt::format("{}: holds {} networks, named with {}; save the one to run by itself", file,
                            prefixes.size(), fmt::join(places, ", ")));
  }
  assumed.push_back(fmt::format("of the {} networks in the file, named with {}, the one with {} is meant",
                                prefixes.size(), fmt::join(places, ", "), shown(best)));
  return best;
}

bool is_counter(const std::string& name) {
  return name.ends_with("num_batches_tracked") || name.ends_with("position_ids") ||
         name.ends_with("n_averaged");
}

}  // namespace dpac
